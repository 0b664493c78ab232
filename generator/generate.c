/* SPDX-License-Identifier: Apache-2.0 */

#include "generate.h"

#include "podfile/resolve.h"

static int check_name(const Search *search, const SearchItem *item, const PodFile *file, const char *path,
                      Error *reterr)
{
    _cleanup_error_ Error why = ERROR_INIT;
    int r = pod_name_check(item->name, &why);

    if (r >= 0)
        return 0;
    if (search_is_masked(search, item))
        return 1;
    return pod_file_complain(file, reterr, path, 0, "%s", error_cause(&why));
}

/* An alias must not have the name of another pod's unit or of a unit of rkt. */
static int check_aliases(const Search *search, const GeneratedUnit *unit, const PodFile *file,
                         const char *path, Error *reterr)
{
    STRV_FOREACH (link, unit->links) {
        const char *rest = startswith(*link, "rkt-");
        _cleanup_free_ char *name = NULL;

        if (!rest || strchr(*link, '/'))
            continue;
        name = strndup(rest, (size_t) (strrchr(rest, '.') - rest));
        if (!name)
            return -ENOMEM;
        if (search_find(search, name) || pod_name_check(name, NULL) < 0)
            return pod_file_complain(file, reterr, path, 0, "Alias=: there is another %s", *link);
    }
    return 0;
}

int generate_unit(const Search *search, const SearchItem *item, const char *path, PodFile *file,
                  GeneratedUnit *unit, Error *reterr)
{
    int r, s;

    r = check_name(search, item, file, path, reterr);
    if (r != 0)
        return r;
    r = search_load(search, item, file, reterr);
    if (r > 0)
        return r;
    /* Resolved even after an error, for the [Install] of the stub. */
    s = pod_file_resolve(file, r < 0 ? NULL : reterr);
    if (r >= 0)
        r = s;
    if (r >= 0)
        r = translate_pod(item->name, path, file, unit, reterr);
    return r < 0 ? r : check_aliases(search, unit, file, path, reterr);
}
