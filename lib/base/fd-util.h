/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors and paths. The kernel (openat2(2)) resolves paths from outside beneath a directory
 * descriptor; no code here does it by string operations. */
#pragma once

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cleanup.h"

/* Opens path beneath root as if root were "/": absolute paths and symlinks are resolved in it, magic links
 * are refused. Adds O_CLOEXEC. Returns the descriptor or a negative errno. */
int open_in_root(int root, const char *path, int flags, mode_t mode);

/* Opens path beneath dir; a path or symlink that leads out fails with -EXDEV. */
int open_beneath(int dir, const char *path, int flags, mode_t mode);

/* The same for a path that must not contain any symlink (-ELOOP). */
int open_without_links(int dir, const char *path, int flags);
int unlink_without_links(int dir, const char *path, int flags);

/* Opens a directory for readdir(3). -ENOTDIR: it is a symlink or no directory. */
int directory_open(int dir, const char *path, DIR **ret);

/* Returns 1 if it is empty, 0 if it is not, or a negative errno. */
int directory_is_empty(int dir, const char *path);

/* Reads or writes until size bytes are done or the end is reached. read_full() returns the bytes read. */
ssize_t read_full(int fd, void *buffer, size_t size);
int write_full(int fd, const void *buffer, size_t size);

/* Creates every missing directory of path (relative to dir, no ".." in it), each with mode and the umask. */
int mkdir_parents_at(int dir, const char *path, mode_t mode);

/* Removes name beneath dir and everything below it. Never follows a link or crosses a mount point (-EBUSY).
 * Continues after an error and returns the first one. A missing name is not an error. Clears immutable
 * flags if needed. */
int remove_tree_at(int dir, const char *name);

/* The same for the contents of a directory, except one name (or NULL). */
int remove_children(int fd, const char *kept);

/* Opens for reading the file of an O_PATH descriptor. -EINVAL: not a regular file; opening a device may
 * have effects. */
int reopen_regular(int fd);

/* Clears the immutable and append-only flags, which bind even root. Returns whether there were any. */
bool clear_immutable(int dir, const char *name);

/* Sets whether an exec closes the descriptor. 0 or a negative errno. */
int fd_set_cloexec(int fd, bool cloexec);

/* Writes "/proc/self/fd/N", for calls that take only paths. */
enum { FD_PATH_MAX = sizeof("/proc/self/fd/") + 11 };
const char *fd_path(int fd, char buffer[static FD_PATH_MAX]);

/* Sorts n descriptors in place, the lowest first. */
void sort_fds(int *fds, size_t n);

/* Closes every descriptor from `from` up, except those in keep (n of them, in the order of sort_fds()). */
int close_all_but(int from, const int *keep, size_t n);
