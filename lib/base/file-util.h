/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read under a limit, and written so that a reader sees all or nothing. */
#pragma once

#include <stdbool.h>

#include "fd-util.h"

/* Reads a whole regular file. -EFBIG: more than max bytes; -EINVAL: not a regular file (it never waits on a
 * FIFO). The result has a NUL after its last byte. ret_size may be NULL; then -EBADMSG: a NUL within. */
int read_file_at(int dir, const char *path, size_t max, char **ret, size_t *ret_size);
int read_fd(int fd, size_t max, char **ret, size_t *ret_size);

/* The same for a file that a user named on a command line; it may be a pipe. Waits for its end. */
int read_argument_file(const char *path, size_t max, char **ret, size_t *ret_size);

/* The first line, without newline. -ENODATA: the file is empty. */
int read_one_line_at(int dir, const char *path, char **ret);
int read_one_line_without_links(int dir, const char *path, char **ret); /* -ELOOP */

typedef enum WriteFlags {
    WRITE_SYNC = 1 << 0,      /* fdatasync() the file, fsync() the directory */
    WRITE_EXCLUSIVE = 1 << 1, /* -EEXIST if the name is taken */
    WRITE_UMASK = 1 << 2,     /* mode is masked by the umask, which saves one system call */
} WriteFlags;

/* Writes a temporary file beside path, whose name begins with the prefix and the name of path, and renames
 * it. mode is not masked by the umask, except with WRITE_UMASK. */
#define WRITE_ASIDE_PREFIX ".#"
int write_file_at(int dir, const char *path, const void *data, size_t size, mode_t mode, WriteFlags flags);

/* A new file for writing, under such a temporary name. *ret_name is to be freed. */
int open_aside_at(int dir, const char *path, mode_t mode, char **ret_name);

/* Takes flock(2) on a descriptor. -EWOULDBLOCK: wait is false and another process holds it. */
typedef enum LockKind { LOCK_KIND_SHARED, LOCK_KIND_EXCLUSIVE } LockKind;
int lock_fd(int fd, LockKind kind, bool wait);

/* Opens a lock file (a missing one is made, 0660), takes the lock, and returns the descriptor that holds
 * it. */
int lock_file_at(int dir, const char *path, LockKind kind, bool wait);
