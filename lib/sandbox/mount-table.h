/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of our mount namespace (proc_pid_mountinfo(5)). Without libmount: programs that link only libc
 * use this too, and libmount with its three libraries would delay the start of a program by 0.4 ms. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Strings belong to the table; the kernel's escapes are decoded. */
typedef struct MountEntry {
    uint64_t id;
    char *device; /* "98:0" */
    char *root;   /* the path in the file system that is shown */
    char *point;  /* absolute; a later entry with the same point hides this one */
    char *type;   /* of the file system: "cgroup2" */
} MountEntry;

typedef struct MountTable {
    MountEntry *entries; /* in the kernel's order: a mount follows the one that it is mounted on */
    size_t n;
    char *text;
} MountTable;

/* Reads the whole table. -EFBIG: more than 64 MiB. The caller must call mount_table_done(). */
int mount_table_read(MountTable *ret);

/* Frees the contents of the table; an all-zero one is empty. */
void mount_table_done(MountTable *table);
#define _cleanup_mount_table_ _cleanup_(mount_table_done)
