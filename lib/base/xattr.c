/* SPDX-License-Identifier: Apache-2.0 */

#include "xattr.h"

#include <sys/xattr.h>

#include "string-util.h"

enum { XATTR_NAMES_MAX = 64 * 1024, XATTR_VALUE_MAX = 64 * 1024 };

bool xattr_is_kept(const char *name)
{
    return streq(name, "security.capability") || startswith(name, "user.");
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* NULL: there are none, or the file system does not support them. */
static int list_names(int fd, char ***ret)
{
    _cleanup_strv_ char **names = NULL;
    _cleanup_free_ char *list = NULL;
    ssize_t size = flistxattr(fd, NULL, 0);
    int r = 0;

    if (size > XATTR_NAMES_MAX || (size < 0 && errno != EOPNOTSUPP))
        return size < 0 ? -errno : -E2BIG;
    if (size > 0) {
        list = malloc((size_t) size);
        if (!list)
            return -ENOMEM;
        size = flistxattr(fd, list, (size_t) size);
        if (size < 0)
            return -errno;
    }
    for (const char *name = list; r >= 0 && size > 0 && name < list + size; name += strlen(name) + 1)
        r = xattr_is_kept(name) ? strv_extend(&names, name) : 0;
    if (r < 0)
        return r;
    if (names)
        qsort(names, strv_length(names), sizeof(char *), compare_strings);
    *ret = TAKE_PTR(names);
    return 0;
}

int xattr_foreach(int fd, XattrCallback callback, void *userdata)
{
    _cleanup_strv_ char **names = NULL;
    _cleanup_free_ void *value = NULL;
    int r = list_names(fd, &names);

    if (r < 0 || !names)
        return r;
    value = malloc(XATTR_VALUE_MAX);
    if (!value)
        return -ENOMEM;
    for (size_t i = 0; r >= 0 && names[i]; i++) {
        ssize_t size = fgetxattr(fd, names[i], value, XATTR_VALUE_MAX);

        r = size < 0 ? -errno : callback(names[i], value, (size_t) size, userdata);
    }
    return r;
}

static int set_xattr(const char *name, const void *value, size_t size, void *userdata)
{
    const int *to = userdata;

    if (fsetxattr(*to, name, value, size, 0) < 0 && !(errno == EOPNOTSUPP && startswith(name, "user.")))
        return -errno;
    return 0;
}

int xattr_copy(int from, int to)
{
    return xattr_foreach(from, set_xattr, &to);
}
