/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the unit of a declared pod, kept beside the pod's UUID in the unit's runtime directory while
 * the pod runs. If the pod file is removed or masked in the meantime, the next daemon-reload would leave
 * the processes in a unit that does not exist: they would be killed together, without limits, and no
 * command would run afterwards. */
#pragma once

#include <stdbool.h>

#include "base/string-util.h"

#define KEPT_UNITS "/run/rkt/pods"

/* Whether `systemctl mask`, with or without --runtime, has masked the unit. */
bool unit_is_masked(const char *unit);

/* Copies the unit that the generator wrote into the directory of uuid_file. Outside of directories of
 * KEPT_UNITS it keeps nothing. -ENOENT: the generator has not written the unit. */
int kept_unit_save(const char *unit, const char *uuid_file);

/* Makes a unit from the copy in KEPT_UNITS/NAME. It ends the pod as the original unit would, but starts
 * none: its start command is refuse, a command line. -ENOENT: there is no copy. */
int kept_unit_make(const char *name, const char *refuse, Buffer *ret);
