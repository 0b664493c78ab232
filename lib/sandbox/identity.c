/* SPDX-License-Identifier: Apache-2.0 */
/* passwd(5) and group(5) both have the number in the third field. */

#include "identity.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"

enum { DATABASE_MAX = 1024 * 1024 };

static const struct Kind {
    const char *word, *database;
} user_kind = { "user", "etc/passwd" }, group_kind = { "group", "etc/group" };

static int parse_id(const char *s, uint32_t *ret)
{
    uint64_t id;
    int r = parse_u64(s, &id);

    if (r < 0)
        return r;
    /* For the kernel (uid_t) -1 means "no change". */
    if (id >= UINT32_MAX)
        return -ERANGE;
    *ret = (uint32_t) id;
    return 0;
}

/* "name:x:number:…": splits the line. */
static int match_line(char *line, const char *name, uint32_t *ret)
{
    char *fields[3];

    for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
        fields[i] = strsep(&line, ":");
        if (!fields[i])
            return -ENOENT;
    }
    return streq(fields[0], name) ? parse_id(fields[2], ret) : -ENOENT;
}

int identity_find(char *text, const char *name, uint32_t *ret)
{
    for (char *line; (line = strsep(&text, "\n"));) {
        int r = match_line(line, name, ret);

        if (r != -ENOENT)
            return r;
    }
    return -ENOENT;
}

static int look_up(int rootfs, const struct Kind *kind, const char *name, uint32_t *ret)
{
    _cleanup_close_ int path = open_in_root(rootfs, kind->database, O_PATH, 0),
                        fd = path < 0 ? path : reopen_regular(path);
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r;

    if (fd < 0)
        return fd;
    r = read_fd(fd, DATABASE_MAX, &text, &size);
    if (r < 0)
        return r;
    return identity_find(text, name, ret);
}

static int owner_of(int rootfs, const char *path, struct stat *ret)
{
    _cleanup_close_ int fd = open_in_root(rootfs, path, O_PATH, 0);

    if (fd < 0)
        return fd;
    return fstat(fd, ret) < 0 ? -errno : 0;
}

static int resolve(int rootfs, const struct Kind *kind, const char *name, uint32_t *ret, Error *reterr)
{
    struct stat st;
    int r;

    if (streq(name, "root")) {
        *ret = 0;
        return 0;
    }
    if (*name == '/') {
        r = owner_of(rootfs, name, &st);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot take the %s from \"%s\" in the image", kind->word,
                                   name);
        *ret = kind == &user_kind ? st.st_uid : st.st_gid;
        return 0;
    }
    if (parse_id(name, ret) >= 0)
        return 0;
    r = *name != '\0' ? look_up(rootfs, kind, name, ret) : -ENOENT;
    if (r == -ENOENT || r == -ENOTDIR)
        return error_set(reterr, -ENOENT, "\"%s\" %s not found", name, kind->word);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot look up %s \"%s\" in the image's %s", kind->word, name,
                               kind->database);
    return 0;
}

int identity_resolve(int rootfs, const char *user, const char *group, uid_t *ret_uid, gid_t *ret_gid,
                     Error *reterr)
{
    uint32_t uid, gid;
    int r;

    r = resolve(rootfs, &user_kind, user, &uid, reterr);
    if (r < 0)
        return r;
    r = resolve(rootfs, &group_kind, group, &gid, reterr);
    if (r < 0)
        return r;
    *ret_uid = uid;
    *ret_gid = gid;
    return 0;
}
