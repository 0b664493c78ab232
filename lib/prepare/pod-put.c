/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-put.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/file-util.h"

int pod_put_file(const Pod *pod, const char *path, const void *data, size_t size, mode_t mode, Error *reterr)
{
    _cleanup_close_ int fd = openat(pod->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int r;

    if (fd < 0)
        return error_set_errno(reterr, -errno, "cannot create \"%s\"", path);
    r = write_full(fd, data, size);
    if (r >= 0 && fchmod(fd, mode) < 0)
        r = -errno;
    return r < 0 ? error_set_errno(reterr, r, "cannot write \"%s\"", path) : 0;
}

int pod_put_text(const Pod *pod, const char *path, const char *text, Error *reterr)
{
    return pod_put_file(pod, path, text, strlen(text), 0644, reterr);
}

int pod_put_directories(const Pod *pod, const char *path, Error *reterr)
{
    int r = mkdir_parents_at(pod->fd, path, 0755);

    return r < 0 ? error_set_errno(reterr, r, "cannot create \"%s\"", path) : 0;
}

int pod_put_closed_directory(const Pod *pod, const char *name, Error *reterr)
{
    return mkdirat(pod->fd, name, 0700) < 0 && errno != EEXIST
                   ? error_set_errno(reterr, -errno, "cannot create \"%s\"", name)
                   : 0;
}

int make_directory(int dir, const char *name, int *ret)
{
    int fd = mkdirat(dir, name, 0755) < 0
                     ? -EBADF
                     : openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    *ret = fd;
    return 0;
}
