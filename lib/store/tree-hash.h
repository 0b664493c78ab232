/* SPDX-License-Identifier: Apache-2.0 */
/* One hash over a whole tree: names, types, modes, owners, times, links, devices, extended attributes and
 * contents; all that rendering sets. Says whether a tree is still what was rendered. */
#pragma once

#include <stdint.h>

#include "base/error.h"

#define TREE_HASH_PREFIX "sha256-"
enum { TREE_HASH_LENGTH = sizeof(TREE_HASH_PREFIX) - 1 + 64 };

/* Of what is beneath the directory, and of the directory itself. ret_size (may be NULL) is the sum of all
 * file sizes. */
int tree_hash(int dir, char ret_hash[static TREE_HASH_LENGTH + 1], uint64_t *ret_size, Error *reterr);
