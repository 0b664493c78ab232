/* SPDX-License-Identifier: Apache-2.0 */
/* Usually there is no link. Then one open and one check are enough, because dir was checked before.
 * Otherwise the path is followed one name at a time. A user who runs `rkt pod check` may trust their own
 * files. */

#include "trust.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"

enum { LINKS_MAX = 32, READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW };

/* systemd-sysusers has added it to this file; NSS must not be used so early. */
static bool is_group_admin(gid_t gid)
{
    FILE *file = fopen("/etc/group", "re");
    const struct group *group = NULL;
    bool found;

    if (!file)
        return false;
    do
        group = fgetgrent(file);
    while (group && group->gr_gid != gid);
    found = group && streq(group->gr_name, "rkt-admin");
    (void) fclose(file);
    return found;
}

/* step: the path that is checked; NULL: the path that was asked for. */
static int check(const struct stat *st, const char *shown, const char *step, Error *reterr)
{
    const char *by = step ? " leads by \"" : "", *end = step ? "\", which" : "";
    mode_t others = st->st_mode & 0022;

    if (st->st_uid != 0 && st->st_uid != geteuid())
        return error_set(reterr, -EPERM, "%s:%s%s%s belongs to user %u, not to root", shown, by,
                         step ? step : "", end, st->st_uid);
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
        return 0;
    if ((others & 0020) && (st->st_gid == 0 || st->st_gid == getegid() || is_group_admin(st->st_gid)))
        others &= 0002;
    return others == 0 ? 0
                       : error_set(reterr, -EPERM, "%s:%s%s%s can be written by others than root (mode %04o)",
                                   shown, by, step ? step : "", end, st->st_mode & 07777);
}

static int check_opened(int fd, const char *shown, Error *reterr)
{
    struct stat st;

    return fstat(fd, &st) < 0 ? -errno : check(&st, shown, NULL, reterr);
}

/* Removes the first name from a path, which it changes; NULL: there are no more. */
static char *split_name(char **path)
{
    char *name = *path + strspn(*path, "/"), *end = name + strcspn(name, "/");

    if (*name == '\0')
        return NULL;
    *path = *end ? end + 1 : end;
    *end = '\0';
    return name;
}

/* Replaces the link by its target, followed by the rest of the path. */
static int put_before(char rest[static PATH_MAX], const char *target, const char *after)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/%s", target, after) >= (int) sizeof(path))
        return -ENAMETOOLONG;
    memcpy(rest, path, strlen(path) + 1);
    return 0;
}

static int walk(int from, const char *path, int flags, const char *shown, Error *reterr)
{
    _cleanup_close_ int dir = *path == '/' ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
                                           : openat(from, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    char text[PATH_MAX], target[PATH_MAX], *rest = text, *name;
    unsigned links = 0;
    int r = put_before(text, path, "");

    if (dir < 0)
        return -errno;
    while (r >= 0 && (name = split_name(&rest))) {
        _cleanup_close_ int step = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        bool last = rest[strspn(rest, "/")] == '\0';
        struct stat st;
        ssize_t n;

        if (step < 0 || fstat(step, &st) < 0)
            return -errno;
        r = check(&st, shown, name, reterr);
        if (r < 0)
            return r;
        if (S_ISLNK(st.st_mode)) {
            n = readlinkat(step, "", target, sizeof(target) - 1);
            if (n < 0 || ++links > LINKS_MAX)
                return n < 0 ? -errno : -ELOOP;
            target[n] = '\0';
            if (*target == '/') {
                (void) safe_close(dir);
                dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
            }
            r = dir < 0 ? -errno : put_before(text, target, rest);
            rest = text;
        } else if (last) {
            r = openat(dir, name, READ_FLAGS | flags);
            return r < 0 ? -errno : r;
        } else {
            (void) safe_close(dir);
            dir = TAKE_FD(step);
        }
    }
    return r < 0 ? r : -EISDIR;
}

int trusted_open(int dir, const char *path, int flags, const char *shown, Error *reterr)
{
    int fd, r;

    if (*path == '/')
        return walk(dir, path, flags, shown, reterr);
    fd = openat(dir, path, READ_FLAGS | flags);
    /* ENOTDIR: a link where a directory is expected. */
    if (fd < 0)
        return errno == ELOOP || errno == ENOTDIR ? walk(dir, path, flags, shown, reterr) : -errno;
    r = check_opened(fd, shown, reterr);
    if (r < 0)
        (void) close(fd);
    return r < 0 ? r : fd;
}
