/* SPDX-License-Identifier: Apache-2.0 */
/* The walk goes down by single names that are not links, so it can't leave its two trees, whatever an image
 * put there. A file with several names is copied at its first, which is linked into the scratch directory
 * under its number; at the others that link is found there, however many there are, and wherever they stand.
 */

#include "copy-tree.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "base/xattr.h"

enum { COPY_DEPTH_MAX = 256, NUMBER_MAX = 64 }; /* three descriptors a level */

typedef struct Copy {
    dev_t device;
    int scratch;
    unsigned depth;
    Error *reterr;
} Copy;

/* ----- Contents ----- */

/* Between file systems, and on those that can't copy by themselves. */
static int send_range(int in, int out, off_t offset, off_t end)
{
    if (lseek(out, offset, SEEK_SET) < 0)
        return -errno;
    while (offset < end) {
        ssize_t n = sendfile(out, in, &offset, (size_t) (end - offset));

        if (n <= 0)
            return n < 0 ? -errno : -EIO;
    }
    return 0;
}

static int copy_range(int in, int out, off_t offset, off_t end)
{
    off_t to = offset;

    while (offset < end) {
        ssize_t n = copy_file_range(in, &offset, out, &to, (size_t) (end - offset), 0);

        if (n == 0 ||
            (n < 0 && (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)))
            return send_range(in, out, offset, end);
        if (n < 0)
            return -errno;
    }
    return 0;
}

int copy_contents(int in, int out, off_t size)
{
    if (size > 0 && ioctl(out, FICLONE, in) >= 0)
        return 0;
    for (off_t offset = 0, end; offset < size; offset = end) {
        int r;

        offset = lseek(in, offset, SEEK_DATA);
        if (offset < 0 && errno == ENXIO)
            break; /* nothing but a hole up to the end */
        end = offset < 0 ? -1 : lseek(in, offset, SEEK_HOLE);
        if (end < 0)
            return -errno;
        end = end < size ? end : size;
        r = copy_range(in, out, offset, end);
        if (r < 0)
            return r;
    }
    return ftruncate(out, size) < 0 ? -errno : 0;
}

/* ----- Entries ----- */

/* The owner first: a change of it takes set-user-ID bits and capabilities away. */
static int copy_attributes(int in, int out, const struct stat *st)
{
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };
    int r;

    if (fchown(out, st->st_uid, st->st_gid) < 0 || fchmod(out, st->st_mode & 07777) < 0)
        return -errno;
    r = xattr_copy(in, out);
    if (r < 0)
        return r;
    return futimens(out, times) < 0 ? -errno : 0;
}

static int copy_file(int from, int to, const char *name, const struct stat *st)
{
    _cleanup_close_ int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), out = -EBADF;
    int r;

    if (in < 0)
        return -errno;
    out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (out < 0)
        return -errno;
    r = copy_contents(in, out, st->st_size);
    return r < 0 ? r : copy_attributes(in, out, st);
}

static int copy_link(int from, int to, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

    if (n < 0)
        return -errno;
    target[n] = '\0';
    return symlinkat(target, to, name) < 0 ? -errno : 0;
}

static int copy_node(int from, int to, const char *name, const struct stat *st)
{
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };
    int r = S_ISLNK(st->st_mode)                                                ? copy_link(from, to, name)
            : mknodat(to, name, (st->st_mode & S_IFMT) | 0600, st->st_rdev) < 0 ? -errno
                                                                                : 0;

    if (r < 0)
        return r;
    if (fchownat(to, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        (!S_ISLNK(st->st_mode) && fchmodat(to, name, st->st_mode & 07777, 0) < 0) ||
        utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return 0;
}

/* With names of its own: the first time -ENOENT. A file that can't have so many names here is copied again.
 */
static int copy_leaf(const Copy *copy, int from, int to, const char *name, const struct stat *st)
{
    char number[NUMBER_MAX];
    int r;

    if (st->st_nlink > 1) {
        (void) snprintf(number, sizeof(number), "%jx-%jx", (uintmax_t) st->st_dev, (uintmax_t) st->st_ino);
        if (linkat(copy->scratch, number, to, name, 0) >= 0)
            return 0;
        if (errno != ENOENT && errno != EMLINK)
            return -errno;
    }
    r = S_ISREG(st->st_mode) ? copy_file(from, to, name, st) : copy_node(from, to, name, st);
    if (r >= 0 && st->st_nlink > 1 && linkat(to, name, copy->scratch, number, 0) < 0 && errno != EEXIST)
        r = -errno;
    return r;
}

static int copy_children(Copy *copy, int from, int to);

/* Closed to others until it is whole. */
static int copy_directory(Copy *copy, int from, int to, const char *name, const struct stat *st)
{
    _cleanup_close_ int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                        out = -EBADF;
    int r;

    if (in < 0 || mkdirat(to, name, 0700) < 0)
        return -errno;
    out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (out < 0)
        return -errno;
    r = copy_children(copy, in, out);
    return r < 0 ? r : copy_attributes(in, out, st);
}

/* Elsewhere is only what was mounted; where a file is said to be on another device, it may be an overlay's.
 */
static int copy_entry(Copy *copy, int from, int to, const char *name)
{
    struct stat st;

    if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (!S_ISDIR(st.st_mode))
        return copy_leaf(copy, from, to, name, &st);
    return st.st_dev == copy->device ? copy_directory(copy, from, to, name, &st) : -EXDEV;
}

static int copy_children(Copy *copy, int from, int to)
{
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    int r = copy->depth < COPY_DEPTH_MAX ? directory_open(from, ".", &d) : -ELOOP;

    copy->depth++;
    while (r >= 0 && (errno = 0, entry = readdir(d))) {
        if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
            continue;
        r = copy_entry(copy, from, to, entry->d_name);
        if (r < 0 && copy->reterr && copy->reterr->n == 0)
            (void) error_set_errno(copy->reterr, r, "cannot copy \"%s\"", entry->d_name);
    }
    copy->depth--;
    return r < 0 ? r : -errno;
}

int copy_tree(int from, int to, int scratch, Error *reterr)
{
    Copy copy = { .scratch = scratch, .reterr = reterr };
    struct stat st;
    int r;

    if (fstat(from, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot look at the tree");
    copy.device = st.st_dev;
    r = copy_children(&copy, from, to);
    if (r >= 0)
        r = copy_attributes(from, to, &st);
    return r < 0 && reterr && reterr->n == 0 ? error_set_errno(reterr, r, "cannot copy the tree") : r;
}
