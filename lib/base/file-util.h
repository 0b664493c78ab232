/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read under a limit, written so that a reader sees all or nothing. */
#pragma once

#include <stdbool.h>

#include "fd-util.h"

/* Reads a regular file whole; more than max bytes is -EFBIG, anything but a regular file -EINVAL (never waits
 * on a FIFO). The result has a NUL behind its last byte. ret_size may be NULL: then a NUL inside is -EBADMSG.
 */
int read_file_at(int dir, const char *path, size_t max, char **ret, size_t *ret_size);
int read_fd(int fd, size_t max, char **ret, size_t *ret_size);

/* The same for a file that a user named on a command line, which may be a pipe as well. Waits for its end. */
int read_argument_file(const char *path, size_t max, char **ret, size_t *ret_size);

/* The first line, without newline; -ENODATA when the file is empty. */
int read_one_line_at(int dir, const char *path, char **ret);
int read_one_line_without_links(int dir, const char *path, char **ret); /* -ELOOP */

typedef enum WriteFlags {
    WRITE_SYNC = 1 << 0,      /* fdatasync() the file, fsync() the directory */
    WRITE_EXCLUSIVE = 1 << 1, /* -EEXIST when the name is taken */
    WRITE_UMASK = 1 << 2,     /* mode is masked by the umask, for one system call less */
} WriteFlags;

/* Writes aside (beside path, under a name that begins with the prefix and path's own) and renames into place.
 * mode is not masked by the umask, unless that is asked for. */
#define WRITE_ASIDE_PREFIX ".#"
int write_file_at(int dir, const char *path, const void *data, size_t size, mode_t mode, WriteFlags flags);

/* A new file for writing, under such a name, which is given back. */
int open_aside_at(int dir, const char *path, mode_t mode, char **ret_name);

/* Takes flock(2) on a descriptor: -EWOULDBLOCK when wait is false and another holds it. */
typedef enum LockKind { LOCK_KIND_SHARED, LOCK_KIND_EXCLUSIVE } LockKind;
int lock_fd(int fd, LockKind kind, bool wait);

/* Opens (and makes, 0660) a lock file, takes the lock and returns the descriptor that holds it. */
int lock_file_at(int dir, const char *path, LockKind kind, bool wait);
