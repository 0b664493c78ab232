/* SPDX-License-Identifier: Apache-2.0 */
/* A link is examined by descriptor and its target resolved from there, so that it cannot be exchanged. The
 * target is opened for reading only after it is known to be a regular file, because opening a device may
 * have effects. */

#include "uuid-file.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd-util.h"

enum { LINKS_MAX = 16, TEXT_MAX = UUID_LENGTH + 2 };

/* Opens the directory of path, and finds the last component. */
static int open_parent(int dir, const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];
    int fd;

    *ret_name = slash ? slash + 1 : path;
    if (!slash)
        memcpy(parent, ".", sizeof("."));
    else if ((size_t) snprintf(parent, sizeof(parent), "%.*s", (int) (slash - path + 1), path) >=
             sizeof(parent))
        return -ENAMETOOLONG;
    fd = openat(dir, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Opens with O_PATH a file that is not a link. -ELOOP: it is a link that must not be followed. */
static int open_following(const char *path)
{
    _cleanup_close_ int dir = -EBADF;
    char target[PATH_MAX];

    for (unsigned i = 0; i < LINKS_MAX; i++) {
        const char *name;
        int parent = open_parent(dir >= 0 ? dir : AT_FDCWD, path, &name);
        _cleanup_close_ int file = -EBADF;
        struct stat st;
        ssize_t n;

        (void) safe_close(dir);
        dir = parent;
        if (dir < 0)
            return dir;
        file = openat(dir, *name ? name : ".", O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (file < 0 || fstat(file, &st) < 0)
            return -errno;
        if (!S_ISLNK(st.st_mode))
            return TAKE_FD(file);
        if (st.st_uid != 0 && st.st_uid != geteuid())
            return -ELOOP;
        n = readlinkat(file, "", target, sizeof(target) - 1);
        if (n < 0)
            return -errno;
        target[n] = '\0';
        path = target;
    }
    return -ELOOP;
}

static int read_uuid(const char *path, char ret[static UUID_LENGTH + 1])
{
    _cleanup_close_ int file = open_following(path), fd = file < 0 ? file : reopen_regular(file);
    char text[TEXT_MAX + 1];
    ssize_t n = fd < 0 ? fd : read_full(fd, text, TEXT_MAX);

    if (n <= 0)
        return n < 0 ? (int) n : -ENODATA;
    if (n > 0 && text[n - 1] == '\n')
        n--;
    text[n] = '\0';
    for (char *c = text; *c; c++)
        *c = (char) tolower((unsigned char) *c);
    if (n != UUID_LENGTH || !uuid_is_valid(text))
        return -EBADMSG;
    memcpy(ret, text, UUID_LENGTH + 1);
    return 0;
}

int uuid_file_read(const char *path, char ret[static UUID_LENGTH + 1], Error *reterr)
{
    int r = read_uuid(path, ret);

    switch (r) {
    case 0: return 0;
    case -ENODATA: return error_set(reterr, r, "UUID cannot be empty");
    case -EBADMSG: return error_set(reterr, r, "the UUID file \"%s\" does not hold a whole UUID", path);
    case -ELOOP: return error_set(reterr, r, "the UUID file \"%s\" is another user's link", path);
    case -EINVAL: return error_set(reterr, r, "the UUID file \"%s\" is not a regular file", path);
    default: return error_set_errno(reterr, r, "cannot read the UUID file \"%s\"", path);
    }
}
