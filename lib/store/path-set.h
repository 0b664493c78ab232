/* SPDX-License-Identifier: Apache-2.0 */
/* The paths of a pathWhitelist, sorted for quick look-ups. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

typedef struct PathSet {
    char **paths; /* without slashes at either end, sorted, n of them */
    size_t n;
} PathSet;

/* Copies the paths, a vector or NULL. 0 or -ENOMEM; path_set_done() frees what the set holds in either case.
 */
int path_set_init(PathSet *set, char *const *paths);
void path_set_done(PathSet *set);

/* Whether the path (without a leading slash) is one of the set; a directory also when one of the set is below
 * it. */
bool path_set_admits(const PathSet *set, const char *path, bool is_directory);
