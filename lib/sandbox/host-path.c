/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel resolves a path without links. Only if there is a link, a device at the end, or a "..", the
 * path is followed here, one component at a time, each opened in the directory that is held. Once a
 * directory can be changed by others, so can everything below it.
 *
 * The record of what apps may write to is read after a link was read: a directory that is not in the record
 * by then was not yet accessible to an app when the link was made. */

#include "host-path.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "writable-sources.h"

enum { LINKS_MAX = 40 /* the kernel's limit */ };

typedef struct Walk {
    int record;
    int fd;        /* the present directory */
    char *path;    /* its path, without links; "" is the root */
    char *rest;    /* the path to follow */
    size_t done;   /* bytes of it that were followed */
    char *changer; /* who except root could have changed something on the path so far, in words; NULL: nobody
                    */
    unsigned links;
} Walk;

static void walk_done(Walk *w)
{
    (void) safe_close(w->fd);
    free(w->path);
    free(w->rest);
    free(w->changer);
}

static bool is_device(const struct stat *st)
{
    return S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode);
}

bool host_path_is_device(int fd)
{
    struct stat st;

    return fstat(fd, &st) >= 0 && is_device(&st);
}

/* ----- Who may change a directory ----- */

static int note_changer(Walk *w)
{
    const char *path = *w->path ? w->path : "/";
    struct stat st;
    int n = 0;

    if (w->changer)
        return 0;
    if (fstat(w->fd, &st) < 0)
        return -errno;
    if (st.st_uid != 0)
        n = asprintf(&w->changer, "user %u, who owns \"%s\",", (unsigned) st.st_uid, path);
    else if (st.st_mode & S_IWOTH)
        n = asprintf(&w->changer, "every user, as all may write to \"%s\",", path);
    else if ((st.st_mode & S_IWGRP) && st.st_gid != 0)
        n = asprintf(&w->changer, "group %u, which may write to \"%s\",", (unsigned) st.st_gid, path);
    if (n < 0) {
        w->changer = NULL;
        return -ENOMEM;
    }
    return 0;
}

/* For entries of the present directory. */
static int find_writer(Walk *w, Error *reterr)
{
    _cleanup_free_ char *volume = NULL;
    int r = w->changer ? 0 : writable_sources_find(w->record, w->fd, *w->path ? w->path : "/", &volume);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot find out which volumes apps may write to");
    if (r > 0 &&
        asprintf(&w->changer, "apps that have the volume source \"%s\" (now or earlier)", volume) < 0) {
        w->changer = NULL;
        return -ENOMEM;
    }
    return 0;
}

/* ----- Following the path ----- */

/* Takes over the descriptor, also on failure. */
static int enter(Walk *w, int fd, const char *name)
{
    _cleanup_close_ int directory = fd;
    char *path = string_concat(w->path, "/", name);

    if (!path)
        return -ENOMEM;
    free(w->path);
    w->path = path;
    (void) safe_close(w->fd);
    w->fd = TAKE_FD(directory);
    return note_changer(w);
}

static int enter_root(Walk *w)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    (void) safe_close(w->fd);
    w->fd = fd;
    *w->path = '\0';
    return note_changer(w);
}

/* A directory that can be moved has no certain parent, so our path of it could be wrong. */
static int leave(Walk *w, Error *reterr)
{
    char *slash = strrchr(w->path, '/');
    int fd, r = find_writer(w, reterr);

    if (r < 0)
        return r;
    if (w->changer)
        return error_set(reterr, -EPERM,
                         "\"..\" after \"%s\" is not followed, because %s could have moved it: name the path "
                         "without \"..\"",
                         w->path, w->changer);
    fd = openat(w->fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    (void) safe_close(w->fd);
    w->fd = fd;
    if (slash)
        *slash = '\0';
    return note_changer(w);
}

static int check_link(Walk *w, int link, const char *name, const char *target, Error *reterr)
{
    struct statfs fs;
    struct stat st;
    int r;

    if (fstat(link, &st) < 0 || fstatfs(link, &fs) < 0)
        return -errno;
    if (fs.f_type == PROC_SUPER_MAGIC)
        return error_set(reterr, -EPERM,
                         "\"%s/%s\" is a link in a procfs, which is not followed: name its target", w->path,
                         name);
    r = find_writer(w, reterr);
    if (r >= 0 && !w->changer && st.st_uid != 0 &&
        asprintf(&w->changer, "user %u, who owns it,", (unsigned) st.st_uid) < 0) {
        w->changer = NULL;
        return -ENOMEM;
    }
    if (r < 0 || !w->changer)
        return r;
    return error_set(reterr, -EPERM,
                     "\"%s/%s\" is a link to \"%s\", which is not followed, because %s could have put it "
                     "there: name its target instead, by a path without links",
                     w->path, name, target, w->changer);
}

/* Puts the link's target before the rest of the path. */
static int follow(Walk *w, int link, const char *name, Error *reterr)
{
    char target[PATH_MAX], *rest;
    ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);
    int r;

    if (n < 0)
        return -errno;
    target[n] = '\0';
    r = check_link(w, link, name, target, reterr);
    if (r < 0)
        return r;
    if (++w->links > LINKS_MAX)
        return -ELOOP;
    rest = string_concat(target, "/", w->rest + w->done);
    if (!rest)
        return -ENOMEM;
    free(w->rest);
    w->rest = rest;
    w->done = 0;
    return *target == '/' ? enter_root(w) : 0;
}

static int check_device(Walk *w, const char *name, Error *reterr)
{
    int r = find_writer(w, reterr);

    if (r < 0 || !w->changer)
        return r;
    return error_set(
            reterr, -EPERM,
            "\"%s/%s\" is a device, which is not opened, because %s could have put it there: name it in a "
            "directory where only root may write, such as /dev",
            w->path, name, w->changer);
}

/* Opened as a directory first, so that automounts are mounted. */
static int open_component(int dir, const char *name)
{
    int fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
        fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* 1: the end is reached; *ret is its descriptor. */
static int step(Walk *w, const char *name, int *ret, Error *reterr)
{
    _cleanup_close_ int fd = open_component(w->fd, name);
    struct stat st;
    int r;

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return enter(w, TAKE_FD(fd), name);
    if (S_ISLNK(st.st_mode))
        return follow(w, fd, name, reterr);
    if (w->rest[w->done + strspn(w->rest + w->done, "/")] != '\0')
        return -ENOTDIR;
    r = is_device(&st) ? check_device(w, name, reterr) : 0;
    if (r < 0)
        return r;
    *ret = TAKE_FD(fd);
    return 1;
}

/* The next component of the rest; "": there is none. */
static int next_component(Walk *w, char name[static NAME_MAX + 1])
{
    const char *begin = w->rest + w->done;
    size_t n;

    begin += strspn(begin, "/");
    n = strcspn(begin, "/");
    if (n > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, begin, n);
    name[n] = '\0';
    w->done = (size_t) (begin + n - w->rest);
    return 0;
}

static int walk(Walk *w, int *ret, Error *reterr)
{
    char name[NAME_MAX + 1];
    int r = enter_root(w);

    while (r == 0) {
        r = next_component(w, name);
        if (r < 0 || *name == '\0')
            break;
        if (streq(name, "."))
            continue;
        r = streq(name, "..") ? leave(w, reterr) : step(w, name, ret, reterr);
    }
    if (r == 0)
        *ret = TAKE_FD(w->fd);
    return r < 0 ? r : 0;
}

static int walk_path(const char *path, int record, int *ret, Error *reterr)
{
    _cleanup_(walk_done)
            Walk w = { .record = record, .fd = -EBADF, .path = strdup(""), .rest = strdup(path) };

    return w.path && w.rest ? walk(&w, ret, reterr) : -ENOMEM;
}

/* ----- The whole path ----- */

static bool has_parent_component(const char *path)
{
    for (const char *p = path; (p = strstr(p, "/..")); p += 3)
        if (p[3] == '/' || p[3] == '\0')
            return true;
    return false;
}

static int open_plainly(const char *path)
{
    _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const char *rest = path + strspn(path, "/");

    return root < 0 ? -errno : open_without_links(root, *rest ? rest : ".", O_PATH);
}

int host_path_open(const char *what, const char *path, int record, int *ret, Error *reterr)
{
    _cleanup_error_ Error why = ERROR_INIT;
    _cleanup_close_ int fd = has_parent_component(path) ? -ELOOP : open_plainly(path);
    int r;

    if (fd >= 0 && !host_path_is_device(fd)) {
        *ret = TAKE_FD(fd);
        return 0;
    }
    r = fd < 0 && fd != -ELOOP ? fd : walk_path(path, record, ret, &why);
    if (r >= 0)
        return 0;
    if (error_cause(&why))
        return error_set(reterr, r, "%s \"%s\": %s", what, path, error_cause(&why));
    return error_set_errno(reterr, r, "cannot open %s \"%s\"", what, path);
}

int host_path_record_writable(int fd, int record, Error *reterr)
{
    char link[FD_PATH_MAX], path[PATH_MAX];
    struct stat st;
    ssize_t n;
    int r;

    if (fstat(fd, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot look at the paths that apps may write to");
    if (!S_ISDIR(st.st_mode))
        return 0;
    n = readlink(fd_path(fd, link), path, sizeof(path) - 1);
    if (n < 0)
        return error_set_errno(reterr, -errno, "cannot find the paths that apps may write to");
    path[n] = '\0';
    r = writable_sources_add(record, fd, path);
    return r < 0 ? error_set_errno(reterr, r, "cannot record that apps may write to \"%s\"", path) : 0;
}
