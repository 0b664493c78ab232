/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts by descriptor: a mount is made detached, its target is resolved once, beneath a root, and the
 * mount is moved onto it; no path is resolved twice. After attaching, a mount's descriptor stays valid and
 * leads to the files below it. attributes are MOUNT_ATTR_* of mount_setattr(2). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/types.h>

#include "base/error.h"

typedef struct MountOption {
    const char *key;
    const char *value; /* NULL: a flag */
} MountOption;

/* Each makes a detached mount. */
int mount_new(const char *fstype, const MountOption *options, size_t n, uint64_t attributes, int *ret,
              Error *reterr);
/* layers: paths of directories, the topmost first; what is written goes to upper, an empty directory on the
 * same mount as work. upper NULL: read-only; then the first layer may be the upper one of another overlay,
 * whose deletions count. More than 8 layers take Linux 6.8. */
int mount_overlay(char *const *layers, const char *upper, const char *work, uint64_t attributes, int *ret,
                  Error *reterr);

/* A bind mount of path beneath dir ("": dir itself; dir may be a file then). */
int mount_clone(int dir, const char *path, bool recursive, uint64_t attributes, int *ret);

/* The same, but mounts that are made below either later appear below both, if the source is shared. */
int mount_clone_shared(int dir, const char *path, bool recursive, uint64_t attributes, int *ret);
/* A mount point, with all mounts below it: later mounts there appear in clones that are made from then on.
 * -EINVAL: it is not a mount point. */
int mount_make_shared(int mount);
/* From then on mounts propagate only from the other side. */
int mount_make_slave(int mount, bool recursive);

/* Sets and clears attributes of a mount, attached or not. */
int mount_set_attributes(int mount, uint64_t set, uint64_t clear, bool recursive);

/* Shows the owners of a detached mount's files as the user namespace `idmap` maps them; -EBADF: as they are.
 * -EINVAL: its file system can't. */
int mount_map_owners(int mount, int idmap, bool recursive);

/* Sets the propagation of the whole tree of the calling process: MS_PRIVATE or MS_SLAVE. The first step in
 * a new mount namespace. */
int mount_set_propagation(unsigned long propagation);

typedef enum MountTarget {
    MOUNT_TARGET_DIRECTORY,
    MOUNT_TARGET_FILE,
    /* a directory of our own (/dev, /proc, /sys): a link in its place is an error, because later steps
     * trust the name */
    MOUNT_TARGET_API,
} MountTarget;

/* Opens (O_PATH) the file at path in root, with links resolved in root. Makes it and its parents if they
 * are missing (0755, 0644, owned by root). -ENOTDIR, -EISDIR or -ELOOP: it is of another kind. */
int mount_target_open(int root, const char *path, MountTarget target, int *ret);

/* Attaches a detached mount to the result of mount_target_open(), or to any directory or file descriptor. */
int mount_attach(int mount, int target);

/* Both steps; then, for MOUNT_TARGET_API, checks that the name leads to this mount. */
int mount_attach_at(int mount, int root, const char *path, MountTarget target, Error *reterr);

/* Makes an attached mount the root and the working directory of the calling process and its mount namespace,
 * and detaches the old root. */
int mount_enter_root(int root);
