/* SPDX-License-Identifier: Apache-2.0 */
/* The name of a declared pod in systemd-machined and of its journal namespace, and the name of the scope of
 * any other pod. */
#pragma once

#include "base/uuid.h"

enum { MACHINE_NAME_MAX = 64 };

/* Makes a valid name from the name of any unit without suffix. A valid name is a host name for machined:
 * letters, digits, "-" and "." of at most 64 characters, with no "-" or "." at an end, and only letters and
 * digits beside a dot. A valid name stays as it is ("rkt-web"), so the call may be repeated. In any other
 * name, `@ _ \ :` become "-", and so does a dot that has no letter or digit on both sides; "-" at the end
 * is dropped, a name that is too long is cut, and six digits of a hash of the whole name are appended
 * ("rkt-web@blue": "rkt-web-blue-bd60d0"). -EINVAL: nothing is left. */
int machine_name_make(const char *name, char ret[static MACHINE_NAME_MAX + 1]);

enum { MACHINE_SCOPE_NAME_MAX = sizeof("machine-rkt\\x2d.scope") + UUID_LENGTH * 4 };

/* "machine-rkt\x2d<uuid, escaped>.scope", the original's name for it. */
const char *machine_scope_name(const char *uuid, char ret[static MACHINE_SCOPE_NAME_MAX]);
