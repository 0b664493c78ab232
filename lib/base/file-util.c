/* SPDX-License-Identifier: Apache-2.0 */

#include "file-util.h"

#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

/* expected: the size of the file by its metadata; 0: not known. */
static int read_to_end(int fd, size_t expected, size_t max, char **ret, size_t *ret_size)
{
    _cleanup_free_ char *buffer = NULL;
    size_t size = 0, room;

    /* Files of /proc and /sys have size 0, and others may grow: one more byte of room shows when the end is
     * reached. */
    room = expected > 0 ? expected + 1 : 4096;
    if (expected > max)
        return -EFBIG;
    for (;;) {
        char *larger = realloc(buffer, room + 1);
        ssize_t n;

        if (!larger)
            return -ENOMEM;
        buffer = larger;
        n = read(fd, buffer + size, room - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        size += (size_t) n;
        if (size > max)
            return -EFBIG;
        /* Stops at the expected size, which saves the read that would only find the end. */
        if (n == 0 || (expected > 0 && size == expected))
            break;
        if (size < room)
            continue;
        room *= 2;
    }
    buffer[size] = '\0';
    if (ret_size)
        *ret_size = size;
    else if (memchr(buffer, '\0', size))
        return -EBADMSG;
    *ret = TAKE_PTR(buffer);
    return 0;
}

int read_fd(int fd, size_t max, char **ret, size_t *ret_size)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    return read_to_end(fd, st.st_size > 0 ? (size_t) st.st_size : 0, max, ret, ret_size);
}

int read_argument_file(const char *path, size_t max, char **ret, size_t *ret_size)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -errno;
    return read_to_end(fd, 0, max, ret, ret_size);
}

int read_file_at(int dir, const char *path, size_t max, char **ret, size_t *ret_size)
{
    _cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return -errno;
    return read_fd(fd, max, ret, ret_size);
}

/* Takes over fd, which may be negative. */
static int read_one_line(int opened, char **ret)
{
    _cleanup_close_ int fd = opened;
    _cleanup_free_ char *text = NULL;
    int r = fd < 0 ? fd : read_fd(fd, 64 * 1024, &text, NULL);

    if (r < 0)
        return r;
    if (*text == '\0')
        return -ENODATA;
    text[strcspn(text, "\n")] = '\0';
    *ret = TAKE_PTR(text);
    return 0;
}

int read_one_line_at(int dir, const char *path, char **ret)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    return read_one_line(fd < 0 ? -errno : fd, ret);
}

int read_one_line_without_links(int dir, const char *path, char **ret)
{
    return read_one_line(open_without_links(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY), ret);
}

static int sync_directory_of(int dir, const char *path)
{
    _cleanup_close_ int fd = -EBADF;
    _cleanup_free_ char *parent = strdup(path);
    char *slash;

    if (!parent)
        return -ENOMEM;
    slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    fd = openat(dir, slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    return fsync(fd) < 0 ? -errno : 0;
}

/* Opens a hidden file beside its target, so that the rename stays within one file system. The name may be
 * taken: by a killed process that had our number, by a child of ours (the number is read only once), or on
 * purpose by another user in a directory such as /tmp. Then an unpredictable name is tried. */
int open_aside_at(int dir, const char *path, mode_t mode, char **ret_name)
{
    static unsigned counter;
    static pid_t pid;
    uint64_t random = 0;
    const char *slash = strrchr(path, '/');
    int prefix = slash ? (int) (slash - path + 1) : 0;

    if (pid == 0)
        pid = getpid();
    for (unsigned tries = 0; tries < 100; tries++) {
        _cleanup_free_ char *name = NULL;
        int fd;

        if (tries > 0 && getrandom(&random, sizeof(random), 0) < 0)
            return -errno;
        if (asprintf(&name, "%.*s" WRITE_ASIDE_PREFIX "%s.%d-%" PRIu64, prefix, path, path + prefix,
                     (int) pid, tries > 0 ? random : counter++) < 0)
            return -ENOMEM;
        fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd >= 0) {
            *ret_name = TAKE_PTR(name);
            return fd;
        }
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

int write_file_at(int dir, const char *path, const void *data, size_t size, mode_t mode, WriteFlags flags)
{
    _cleanup_free_ char *aside = NULL;
    _cleanup_close_ int fd = -EBADF;
    int r;

    fd = open_aside_at(dir, path, mode, &aside);
    if (fd < 0)
        return fd;
    r = write_full(fd, data, size);
    if (r >= 0 && !(flags & WRITE_UMASK) && fchmod(fd, mode) < 0)
        r = -errno;
    if (r >= 0 && (flags & WRITE_SYNC) && fdatasync(fd) < 0)
        r = -errno;
    if (r >= 0 && renameat2(dir, aside, dir, path, (flags & WRITE_EXCLUSIVE) ? RENAME_NOREPLACE : 0) < 0)
        r = -errno;
    if (r < 0) {
        (void) unlinkat(dir, aside, 0);
        return r;
    }
    return (flags & WRITE_SYNC) ? sync_directory_of(dir, path) : 0;
}

int lock_fd(int fd, LockKind kind, bool wait)
{
    int operation = (kind == LOCK_KIND_SHARED ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB);

    while (flock(fd, operation) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

int lock_file_at(int dir, const char *path, LockKind kind, bool wait)
{
    _cleanup_close_ int fd = openat(dir, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0660);
    int r;

    if (fd < 0)
        return -errno;
    r = lock_fd(fd, kind, wait);
    return r < 0 ? r : TAKE_FD(fd);
}
