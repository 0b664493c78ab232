/* SPDX-License-Identifier: Apache-2.0 */
/* A pod file becomes a unit that PID 1 runs as root. So it is used only if nobody except root and group
 * rkt-admin can have written it or put another file in its place. Every directory and link on the path is
 * checked, too. */
#pragma once

#include "base/error.h"

/* Opens a file or a directory beneath dir, or by an absolute path, for reading and without waiting. flags:
 * O_DIRECTORY or 0. -EPERM: others could write there; only then reterr is set, and begins with shown. */
int trusted_open(int dir, const char *path, int flags, const char *shown, Error *reterr);
