/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of our mount namespace (proc_pid_mountinfo(5)). Not libmount's: programs that link nothing but
 * libc read it, too, and libmount with the three libraries that it needs makes a program begin 0.4 ms later.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Strings are the table's, and as they were before the kernel escaped them. */
typedef struct MountEntry {
    uint64_t id;
    char *device; /* "98:0" */
    char *root;   /* what of the file system is shown: a path in it */
    char *point;  /* absolute; a later entry of the same one hides this */
    char *type;   /* of the file system: "cgroup2" */
} MountEntry;

typedef struct MountTable {
    MountEntry *entries; /* in the kernel's order: a mount comes after what it is mounted on */
    size_t n;
    char *text;
} MountTable;

/* Reads all of it. -EFBIG: there are more than 64 MiB. The caller has it done with. */
int mount_table_read(MountTable *ret);

/* Frees what the table holds; an all-zero one is empty. */
void mount_table_done(MountTable *table);
#define _cleanup_mount_table_ _cleanup_(mount_table_done)
