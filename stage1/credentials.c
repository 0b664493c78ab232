/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that systemd has loaded for our unit, or the caller has in a directory: each app gets a
 * copy of those that its pod names for it, in a file system of its own that is never on a disk, swap
 * included. What they hold does not pass through our memory. */

#include "credentials.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "sandbox/mount.h"

enum { CREDENTIAL_SIZE_MAX = 1024 * 1024 }; /* systemd's */

/* systemd sets the variable only for a unit that has some. Where / is private, its mount stays in a child:
 * the directory is then empty (252), or is not there (257): dir is -EBADF. */
static int complain_missing(int dir, const char *name, Error *reterr)
{
    if (getenv("CREDENTIALS_DIRECTORY") && (dir < 0 || directory_is_empty(dir, ".") > 0))
        return error_set(
                reterr, -ENOENT,
                "it wants the credential \"%s\", and $CREDENTIALS_DIRECTORY shows none: systemd's mount "
                "does not show where / is private (mount --make-rshared / on the host)",
                name);
    return error_set(
            reterr, -ENOENT,
            "it wants the credential \"%s\", which this start does not have: add "
            "LoadCredential=%s:PATH to [Service] (or SetCredential=, ImportCredential=), or have it in "
            "$CREDENTIALS_DIRECTORY",
            name, name);
}

static int open_source(int dir, const char *name, int *ret, Error *reterr)
{
    _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0 && errno == ENOENT)
        return complain_missing(dir, name, reterr);
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot open the credential \"%s\"", name);
    if (!S_ISREG(st.st_mode))
        return error_set(reterr, -EINVAL, "the credential \"%s\" is not a regular file", name);
    if (st.st_size > CREDENTIAL_SIZE_MAX)
        return error_set(reterr, -EFBIG, "the credential \"%s\" has more than %d bytes", name,
                         CREDENTIAL_SIZE_MAX);
    *ret = TAKE_FD(fd);
    return 0;
}

static int copy(int from, int to)
{
    ssize_t n;

    do
        n = sendfile(to, from, NULL, CREDENTIAL_SIZE_MAX);
    while (n > 0);
    return n < 0 ? -errno : 0;
}

static int put_credential(const PlanApp *app, int mount, int dir, const char *name, Error *reterr)
{
    _cleanup_close_ int from = -EBADF, to = -EBADF;
    int r = open_source(dir, name, &from, reterr);

    if (r < 0)
        return r;
    to = openat(mount, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
    r = to < 0 ? -errno : copy(from, to);
    if (r >= 0 && fchown(to, app->uid, app->gid) < 0)
        r = -errno;
    return r < 0 ? error_set_errno(reterr, r, "cannot give the app its credential \"%s\"", name) : 0;
}

int credentials_gather(const PlanApp *app, int *ret, Error *reterr)
{
    static const MountOption options[] = { { "mode", "0500" } };
    const uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    const char *path = getenv("CREDENTIALS_DIRECTORY");
    _cleanup_close_ int dir = -EBADF, mount = -EBADF;
    int r;

    if (!app->credentials)
        return 0;
    /* Ours is the pod's directory. */
    if (path && *path != '/')
        return error_set(reterr, -EINVAL, "$CREDENTIALS_DIRECTORY must be an absolute path");
    dir = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -EBADF;
    if (dir < 0 && (!path || errno == ENOENT))
        return complain_missing(dir, app->credentials[0], reterr);
    if (dir < 0)
        return error_set_errno(reterr, -errno, "cannot open $CREDENTIALS_DIRECTORY, \"%s\"", path);
    r = mount_new("ramfs", options, ELEMENTSOF(options), attributes, &mount, reterr);
    STRV_FOREACH (name, app->credentials)
        if (r >= 0)
            r = put_credential(app, mount, dir, *name, reterr);
    if (r < 0)
        return r;
    if (fchownat(mount, "", app->uid, app->gid, AT_EMPTY_PATH) < 0)
        r = -errno;
    if (r >= 0)
        r = mount_set_attributes(mount, MOUNT_ATTR_RDONLY, 0, false);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot close the app's credentials");
    *ret = TAKE_FD(mount);
    return 0;
}
