/* SPDX-License-Identifier: Apache-2.0 */

#include "fd-util.h"

#include <linux/close_range.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int open_resolved(int dir, const char *path, int flags, mode_t mode, unsigned long long resolve)
{
    struct open_how how = {
        .flags = (unsigned long long) (flags | O_CLOEXEC),
        .mode = (flags & (O_CREAT | O_TMPFILE)) ? mode : 0,
        .resolve = resolve,
    };

    /* EAGAIN: a rename happened while a ".." was resolved; the kernel asks to try again. */
    for (unsigned i = 0;; i++) {
        long fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

        if (fd >= 0)
            return (int) fd;
        if (errno != EAGAIN || i >= 64)
            return -errno;
    }
}

int open_in_root(int root, const char *path, int flags, mode_t mode)
{
    return open_resolved(root, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int open_beneath(int dir, const char *path, int flags, mode_t mode)
{
    return open_resolved(dir, path, flags, mode, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
}

int open_without_links(int dir, const char *path, int flags)
{
    return open_resolved(dir, path, flags, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

int unlink_without_links(int dir, const char *path, int flags)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *parent = NULL;
    _cleanup_close_ int fd = -EBADF;

    if (!slash)
        return unlinkat(dir, path, flags) < 0 ? -errno : 0;
    parent = strndup(path, (size_t) (slash - path));
    if (!parent)
        return -ENOMEM;
    fd = open_without_links(dir, parent, O_PATH | O_DIRECTORY);
    if (fd < 0)
        return fd;
    return unlinkat(fd, slash + 1, flags) < 0 ? -errno : 0;
}

int directory_open(int dir, const char *path, DIR **ret)
{
    _cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);

    if (!d)
        return -errno;
    (void) TAKE_FD(fd);
    *ret = d;
    return 0;
}

int directory_is_empty(int dir, const char *path)
{
    _cleanup_closedir_ DIR *d = NULL;
    int r = directory_open(dir, path, &d);

    if (r < 0)
        return r;
    for (const struct dirent *entry; (entry = readdir(d));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return 0;
    return 1;
}

ssize_t read_full(int fd, void *buffer, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = read(fd, (char *) buffer + done, size - done);

        if (n < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        if (n == 0)
            break;
        done += (size_t) n;
    }
    return (ssize_t) done;
}

int write_full(int fd, const void *buffer, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = write(fd, (const char *) buffer + done, size - done);

        if (n < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        done += (size_t) n;
    }
    return 0;
}

int mkdir_parents_at(int dir, const char *path, mode_t mode)
{
    _cleanup_free_ char *copy = strdup(path);

    if (!copy)
        return -ENOMEM;
    for (char *p = copy;; p++) {
        char c = *p;

        if ((c != '/' && c != '\0') || p == copy)
            if (c != '\0')
                continue;
        *p = '\0';
        if (*copy && mkdirat(dir, copy, mode) < 0 && errno != EEXIST)
            return -errno;
        if (c == '\0')
            return 0;
        *p = c;
    }
}

int reopen_regular(int fd)
{
    char path[FD_PATH_MAX];
    struct stat st;
    int opened;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    opened = open(fd_path(fd, path), O_RDONLY | O_CLOEXEC);
    return opened < 0 ? -errno : opened;
}

bool clear_immutable(int dir, const char *name)
{
    _cleanup_close_ int fd = -EBADF;
    struct stat st;
    int flags;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
        return false;
    fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0 || !(flags & (FS_IMMUTABLE_FL | FS_APPEND_FL)))
        return false;
    flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
    return ioctl(fd, FS_IOC_SETFLAGS, &flags) >= 0;
}

static int unlink_forced(int dir, const char *name, int flags)
{
    if (unlinkat(dir, name, flags) >= 0 || errno == ENOENT)
        return 0;
    if (errno == EPERM) {
        bool cleared = clear_immutable(dir, name);

        cleared = clear_immutable(dir, ".") || cleared;
        if (cleared && (unlinkat(dir, name, flags) >= 0 || errno == ENOENT))
            return 0;
    }
    return -errno;
}

/* Nothing is checked before a name is removed: removing a directory that is not empty, or a mount point
 * (EBUSY), fails. Deep trees must not exhaust the stack or the descriptor table: a directory that is too
 * deep is moved to the top of the tree, and removed there later. */
enum { REMOVE_DEPTH_MAX = 64, REMOVE_NAMES_SIZE = 4096 };

typedef struct Removal {
    int top;
    unsigned lifted;
    const char *kept; /* what to keep in the top, or NULL */
    int result;       /* the first error */
} Removal;

static int remove_directory(Removal *removal, int dir, const char *name, unsigned depth);

/* A killed process may have left such names, or an app planted them. */
static int lift(Removal *removal, int dir, const char *name)
{
    for (;;) {
        char lifted[64];

        (void) snprintf(lifted, sizeof(lifted), ".lifted-%u-%u", (unsigned) getpid(), removal->lifted++);
        if (renameat2(dir, name, removal->top, lifted, RENAME_NOREPLACE) >= 0)
            return 0;
        if (errno != EEXIST)
            return -errno;
    }
}

static int remove_entry(Removal *removal, int dir, const char *name, unsigned char type, unsigned depth)
{
    int r = type == DT_DIR || type == DT_UNKNOWN ? remove_directory(removal, dir, name, depth) : -ENOTDIR;

    return r == -ENOTDIR ? unlink_forced(dir, name, 0) : r;
}

/* Removes as many entries as one read returns; 0: there were no more. */
static ssize_t remove_some(Removal *removal, int fd, unsigned depth)
{
    alignas(struct dirent64) char names[REMOVE_NAMES_SIZE];
    ssize_t n = getdents64(fd, names, sizeof(names));
    const struct dirent64 *entry;

    if (n < 0 && removal->result == 0)
        removal->result = -errno;
    for (ssize_t i = 0; i < n; i += entry->d_reclen) {
        int r;

        entry = (const struct dirent64 *) (names + i);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            (fd == removal->top && removal->kept && strcmp(entry->d_name, removal->kept) == 0))
            continue;
        r = remove_entry(removal, fd, entry->d_name, entry->d_type, depth);
        if (r < 0 && removal->result == 0)
            removal->result = r;
    }
    return n;
}

/* Trying again costs less than reading each directory to its end. A mount point was busy, so the opened
 * directory is not one. If it has become one since, RESOLVE_NO_XDEV shows it. */
static int remove_directory(Removal *removal, int dir, const char *name, unsigned depth)
{
    _cleanup_close_ int fd = -EBADF;
    int r = unlink_forced(dir, name, AT_REMOVEDIR);
    unsigned met = 0;

    if (r != -ENOTEMPTY && r != -EEXIST)
        return r;
    if (depth >= REMOVE_DEPTH_MAX)
        return lift(removal, dir, name);
    fd = open_resolved(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
                       removal->top >= 0 ? RESOLVE_NO_XDEV : 0);
    if (fd < 0)
        return fd;
    if (removal->top < 0)
        removal->top = fd;
    for (;;) {
        ssize_t n = remove_some(removal, fd, depth + 1);

        r = unlink_forced(dir, name, AT_REMOVEDIR);
        if (r != -ENOTEMPTY && r != -EEXIST)
            return r;
        if (n > 0)
            continue;
        if (fd != removal->top || removal->lifted == met)
            return r;
        met = removal->lifted;
        if (lseek(fd, 0, SEEK_SET) < 0)
            return -errno;
    }
}

int remove_tree_at(int dir, const char *name)
{
    Removal removal = { .top = -EBADF };
    int r = remove_entry(&removal, dir, name, DT_UNKNOWN, 0);

    return removal.result < 0 ? removal.result : r;
}

int remove_children(int fd, const char *kept)
{
    Removal removal = { .top = fd, .kept = kept };
    unsigned met;

    do {
        met = removal.lifted;
        if (lseek(fd, 0, SEEK_SET) < 0)
            return -errno;
        while (remove_some(&removal, fd, 0) > 0)
            ;
    } while (removal.lifted != met);
    return removal.result;
}

int fd_set_cloexec(int fd, bool cloexec)
{
    int flags = fcntl(fd, F_GETFD);

    if (flags < 0)
        return -errno;
    flags = cloexec ? flags | FD_CLOEXEC : flags & ~FD_CLOEXEC;
    return fcntl(fd, F_SETFD, flags) < 0 ? -errno : 0;
}

const char *fd_path(int fd, char buffer[static FD_PATH_MAX])
{
    (void) snprintf(buffer, FD_PATH_MAX, "/proc/self/fd/%d", fd);
    return buffer;
}

static int compare_int(const void *a, const void *b)
{
    int x = *(const int *) a, y = *(const int *) b;

    return (x > y) - (x < y);
}

void sort_fds(int *fds, size_t n)
{
    qsort(fds, n, sizeof(int), compare_int);
}

int close_all_but(int from, const int *keep, size_t n)
{
    unsigned first = (unsigned) from;

    for (size_t i = 0; i < n; i++) {
        if (keep[i] < (int) first)
            continue;
        if ((unsigned) keep[i] > first && syscall(SYS_close_range, first, (unsigned) keep[i] - 1, 0) < 0)
            return -errno;
        first = (unsigned) keep[i] + 1;
    }
    return syscall(SYS_close_range, first, ~0U, 0) < 0 ? -errno : 0;
}
