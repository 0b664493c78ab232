/* SPDX-License-Identifier: Apache-2.0 */
/* The unit that a declared pod was started from, kept beside its UUID in the unit's runtime directory for as
 * long as it runs. When its pod file is removed or masked meanwhile, the next daemon-reload would leave the
 * processes to a unit that does not exist: killed together, without limits, and with nothing to run
 * afterwards. */
#pragma once

#include <stdbool.h>

#include "base/string-util.h"

#define KEPT_UNITS "/run/rkt/pods"

/* By `systemctl mask`, with or without --runtime. */
bool unit_is_masked(const char *unit);

/* Keeps what the generator wrote for the unit in the directory of the file of the pod's UUID; elsewhere than
 * in a directory of KEPT_UNITS nothing is kept. -ENOENT: the generator has not written it. */
int kept_unit_save(const char *unit, const char *uuid_file);

/* Makes of the unit that is kept in KEPT_UNITS/NAME one that ends its pod as the pod was meant to end, but
 * starts none: refuse, a command line, is run instead. -ENOENT: nothing is kept. */
int kept_unit_make(const char *name, const char *refuse, Buffer *ret);
