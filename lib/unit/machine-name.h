/* SPDX-License-Identifier: Apache-2.0 */
/* What a declared pod is called by systemd-machined and in its journal namespace, and the scope of any other.
 */
#pragma once

#include "base/uuid.h"

enum { MACHINE_NAME_MAX = 64 };

/* Makes a valid name (a host name as machined wants it: letters, digits, "-" and "." of at most 64
 * characters, none of the last two at an end, none but a letter or a digit beside a dot) out of any unit's
 * name without suffix. A valid one stays as it is ("rkt-web"), so the call may be repeated. In any other `@ _
 * \ :` become "-", and so does a dot that has no letter or digit on both sides; "-" at the end is dropped,
 * what is too long is cut, and six digits of a hash of the whole come last ("rkt-web@blue":
 * "rkt-web-blue-bd60d0"). -EINVAL when nothing is left. */
int machine_name_make(const char *name, char ret[static MACHINE_NAME_MAX + 1]);

enum { MACHINE_SCOPE_NAME_MAX = sizeof("machine-rkt\\x2d.scope") + UUID_LENGTH * 4 };

/* "machine-rkt\x2d<uuid, escaped>.scope", as the original named it. */
const char *machine_scope_name(const char *uuid, char ret[static MACHINE_SCOPE_NAME_MAX]);
