/* SPDX-License-Identifier: Apache-2.0 */
/* A pod file becomes a unit that PID 1 runs as root. So it counts only where nobody else than root, or group
 * rkt-admin, could have written it, or put another in its place: every directory and link on the way is
 * looked at, too. */
#pragma once

#include "base/error.h"

/* Opens a file or a directory beneath dir, or by an absolute path. flags: O_DIRECTORY or 0; what is opened is
 * for reading, and never waited for. -EPERM: others could write there; then, and only then, reterr says what
 * is wrong, beginning with shown. */
int trusted_open(int dir, const char *path, int flags, const char *shown, Error *reterr);
