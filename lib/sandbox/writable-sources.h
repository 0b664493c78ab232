/* SPDX-License-Identifier: Apache-2.0 */
/* The directories of the host that apps could ever write to, as volumes: an app may have put anything below
 * them. The record is a directory beneath the data directory, with a dangling link for each of them, whose
 * target is the path. Paths are absolute, without links in them, as the host sees them. */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"

/* Opens the record, and makes it if it is missing. Returns the descriptor or a negative errno. */
int writable_sources_open(const char *record);

/* Adds a path, if it is not there. dir is an open descriptor of that directory: if bind mounts show it at
 * other paths of the host, too, these are added. The root is not added. */
int writable_sources_add(int record, int dir, const char *path);

/* Whether path, or a directory above it, is in the record: 1, and *ret is that entry (the caller frees).
 * dir is an open descriptor of the directory: its other paths are looked up, too. */
int writable_sources_find(int record, int dir, const char *path, char **ret);

/* For gc: removes the entries of directories that have been missing from the host for the given time. */
int writable_sources_prune(int record, int64_t grace_ns);
