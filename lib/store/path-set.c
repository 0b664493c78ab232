/* SPDX-License-Identifier: Apache-2.0 */

#include "path-set.h"

#include "base/string-util.h"

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

int path_set_init(PathSet *set, char *const *paths)
{
    *set = (PathSet){};
    STRV_FOREACH (path, paths) {
        const char *start = *path + strspn(*path, "/");
        size_t length = strlen(start);
        int r;

        while (length > 0 && start[length - 1] == '/')
            length--;
        r = strv_extendf(&set->paths, "%.*s", (int) length, start);
        if (r < 0)
            return r;
    }
    set->n = strv_length(set->paths);
    if (set->n > 1)
        qsort(set->paths, set->n, sizeof(char *), compare_paths);
    return 0;
}

void path_set_done(PathSet *set)
{
    strv_free(set->paths);
    *set = (PathSet){};
}

/* The first path of the set that begins with these bytes, or comes after all that could. */
static size_t lower_bound(const PathSet *set, const char *start, size_t length)
{
    size_t low = 0, high = set->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strncmp(set->paths[middle], start, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool path_set_admits(const PathSet *set, const char *path, bool is_directory)
{
    size_t length = strlen(path), i;

    if (set->n > 0 && bsearch(&path, set->paths, set->n, sizeof(char *), compare_paths))
        return true;
    if (!is_directory)
        return false;
    /* The bytes of "path/" sort after "path-x", so what is below need not follow "path" itself. */
    for (i = lower_bound(set, path, length); i < set->n && strncmp(set->paths[i], path, length) == 0; i++) {
        char next = set->paths[i][length];

        if (next == '/' || length == 0)
            return true;
        if (next > '/')
            return false;
    }
    return false;
}
