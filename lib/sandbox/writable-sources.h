/* SPDX-License-Identifier: Apache-2.0 */
/* Which directories of the host apps could ever write to, as volumes: whatever is below one may have been put
 * there by an app. The record is a directory beneath the data directory, with a link for each of them that
 * leads nowhere; what it says is its target. Paths are absolute, without links in them, as the host sees
 * them. */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"

/* Opens the record, and makes it when it is missing. Returns the descriptor or a negative errno. */
int writable_sources_open(const char *record);

/* Adds a path, if it is not there. dir is that directory, open: where the host has it at other paths, too, by
 * bind mounts, they are added. The root is not. */
int writable_sources_add(int record, int dir, const char *path);

/* Is path, or a directory above it, in the record? Then 1, and *ret is that entry (the caller frees). dir is
 * the directory path, open: it is looked for at its other paths, too. */
int writable_sources_find(int record, int dir, const char *path, char **ret);

/* For gc: removes the entries of what has not been on the host for the time given. */
int writable_sources_prune(int record, int64_t grace_ns);
