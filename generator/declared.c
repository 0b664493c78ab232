/* SPDX-License-Identifier: Apache-2.0 */

#include "declared.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "search.h"

/* Any entry of that name counts: the target of a dangling link may appear later, and a file that cannot be
 * examined may exist. */
static bool pod_file_exists(const char *name, size_t length)
{
    static const char *const suffixes[] = { "pod", "json" };
    char path[512];

    for (size_t i = 0; i < SEARCH_DIRS_MAX; i++)
        for (size_t j = 0; j < ELEMENTSOF(suffixes); j++) {
            (void) snprintf(path, sizeof(path), "%s/%.*s.%s", search_dirs[i], (int) length, name,
                            suffixes[j]);
            if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) >= 0 || errno != ENOENT)
                return true;
        }
    return false;
}

bool pod_files_can_be_read(void)
{
    for (size_t i = 0; i < SEARCH_DIRS_MAX; i++) {
        _cleanup_closedir_ DIR *directory = opendir(search_dirs[i]);
        struct stat st;

        if (!directory && (errno != ENOENT || lstat(search_dirs[i], &st) >= 0))
            return false;
        errno = 0;
        if (directory && !readdir(directory) && errno > 0)
            return false;
    }
    return true;
}

bool unit_is_declared(const char *unit)
{
    const char *name = startswith(unit, "rkt-"), *suffix = strrchr(unit, '.'), *at;

    if (!name || !suffix || suffix < name)
        return true; /* not the name of a pod's unit */
    at = memchr(name, '@', (size_t) (suffix - name));
    return pod_file_exists(name, (size_t) (suffix - name)) ||
           (at && pod_file_exists(name, (size_t) (at + 1 - name)));
}
