/* SPDX-License-Identifier: Apache-2.0 */

#include "settings/directory.h"

#include <limits.h>

#include "base/string-util.h"

static const char *const directory_kind_table[_DIRECTORY_KIND_MAX] = {
    [DIRECTORY_STATE] = "state",
    [DIRECTORY_CACHE] = "cache",
    [DIRECTORY_LOGS] = "logs",
    [DIRECTORY_CONFIGURATION] = "configuration",
};
DirectoryKind directory_kind_from_string(const char *s);
DECLARE_STRING_TABLE(directory_kind, DirectoryKind);
DEFINE_STRING_TABLE(directory_kind, DirectoryKind)

const char *directory_kind_base(DirectoryKind kind)
{
    static const char *const bases[_DIRECTORY_KIND_MAX] = {
        [DIRECTORY_STATE] = "/var/lib",
        [DIRECTORY_CACHE] = "/var/cache",
        [DIRECTORY_LOGS] = "/var/log",
        [DIRECTORY_CONFIGURATION] = "/etc",
    };

    return bases[kind];
}

/* Whether path consists of names, none of them "." or "..". */
static bool is_plain_path(const char *path)
{
    for (;;) {
        size_t n = strcspn(path, "/");

        if (n == 0 || n > NAME_MAX || (n == 1 && path[0] == '.') ||
            (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        for (size_t i = 0; i < n; i++)
            if ((unsigned char) path[i] < ' ' || path[i] == 0x7f)
                return false;
        if (path[n] == '\0')
            return true;
        path += n + 1;
    }
}

int directory_parse(DirectoryKind kind, const char *value, char **ret_name, char **ret_target, Error *reterr)
{
    const char *colon = strchr(value, ':');
    _cleanup_free_ char *name = strndup(value, strcspn(value, ":")), *target = NULL;

    if (!name)
        return -ENOMEM;
    if (!is_plain_path(name) || strlen(name) > PATH_MAX / 2)
        return error_set(reterr, -EINVAL,
                         "\"%s\" is not a valid name of a directory below %s: a relative path without \".\" "
                         "and \"..\"",
                         name, directory_kind_base(kind));
    if (streq(name, "private") || startswith(name, "private/"))
        return error_set(reterr, -EINVAL, "\"private\" below %s is systemd's own, for DynamicUser=",
                         directory_kind_base(kind));
    if (colon && (colon[1] != '/' || !is_plain_path(colon + 2)))
        return error_set(reterr, -EINVAL, "\"%s\" is not a valid absolute path in the app", colon + 1);
    target = colon ? strdup(colon + 1) : string_concat(directory_kind_base(kind), "/", name);
    if (!target)
        return -ENOMEM;
    *ret_name = TAKE_PTR(name);
    *ret_target = TAKE_PTR(target);
    return 0;
}

int directory_mode_parse(const char *text, mode_t *ret, Error *reterr)
{
    return parse_mode(text, ret) >= 0
                   ? 0
                   : error_set(reterr, -EINVAL, "\"%s\" is not a mode (octal, such as 0750)", text);
}
