/* SPDX-License-Identifier: Apache-2.0 */
/* For trees that root wrote and nobody else can change: paths are not resolved against an attacker here. */

#include "link-tree.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "prepare/copy-tree.h"

enum { LINK_TREE_DEPTH_MAX = 64 };

static int copy_file(int from, int to, const char *name)
{
    _cleanup_close_ int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), out = -EBADF;
    struct stat st;
    int r;

    if (in < 0 || fstat(in, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EOPNOTSUPP;
    out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0)
        return -errno;
    r = copy_contents(in, out, st.st_size);
    if (r < 0)
        return r;
    return fchown(out, st.st_uid, st.st_gid) < 0 || fchmod(out, st.st_mode & 07777) < 0 ? -errno : 0;
}

static int copy_entry(int from, int to, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

    if (n < 0)
        return errno == EINVAL ? copy_file(from, to, name) : -errno;
    target[n] = '\0';
    return symlinkat(target, to, name) < 0 ? -errno : 0;
}

static int link_children(int from, int to, unsigned depth);

static int link_directory(int from, int to, const char *name, unsigned depth)
{
    _cleanup_close_ int child = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                        made = -EBADF;
    struct stat st;

    if (child < 0 || fstat(child, &st) < 0 || mkdirat(to, name, 0700) < 0)
        return -errno;
    made = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (made < 0 || fchown(made, st.st_uid, st.st_gid) < 0 || fchmod(made, st.st_mode & 07777) < 0)
        return -errno;
    return link_children(child, made, depth + 1);
}

static int link_entry(int from, int to, const struct dirent *entry, unsigned depth)
{
    struct stat st;

    if (entry->d_type == DT_UNKNOWN && fstatat(from, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (entry->d_type == DT_DIR || (entry->d_type == DT_UNKNOWN && S_ISDIR(st.st_mode)))
        return link_directory(from, to, entry->d_name, depth);
    if (linkat(from, entry->d_name, to, entry->d_name, 0) >= 0)
        return 0;
    return errno == EMLINK || errno == EXDEV ? copy_entry(from, to, entry->d_name) : -errno;
}

static int link_children(int from, int to, unsigned depth)
{
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    int r = directory_open(from, ".", &d);

    if (r < 0)
        return r;
    if (depth > LINK_TREE_DEPTH_MAX)
        return -ELOOP;
    while ((errno = 0, entry = readdir(d))) {
        if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
            continue;
        r = link_entry(from, to, entry, depth);
        if (r < 0)
            return r;
    }
    return -errno;
}

int link_tree(int from, int to)
{
    return link_children(from, to, 0);
}
