/* SPDX-License-Identifier: Apache-2.0 */
/* A second tree with the same contents, every file its own: owners, modes, times, attributes, holes, devices
 * and which names are one file are kept; bytes are shared where the file system can. */
#pragma once

#include <sys/types.h>

#include "base/error.h"

/* Makes the empty directory `to` like `from`. scratch: an empty directory on the same file system as `to`; it
 * holds a link to each file with several names meanwhile, and is left for the caller to remove. What is
 * mounted below `from` is refused (-EXDEV). */
int copy_tree(int from, int to, int scratch, Error *reterr);

/* Makes the empty file `out` the first size bytes of `in`. */
int copy_contents(int in, int out, off_t size);
