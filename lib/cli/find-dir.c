/* SPDX-License-Identifier: Apache-2.0 */
/* The data directory that the configuration names. run-prepared, which links only libc, needs it too. So
 * only rkt-config reads JSON, and it is run only if there is a file to read. Without one, this costs a
 * failed open for each layer. */

#include "cli/global-options.h"

#include <limits.h>

#include "base/call.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "rkt-config.h"

static int has_files(const char *layer, Error *reterr)
{
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    char path[PATH_MAX];

    if (*layer == '\0')
        return 0;
    if (snprintf(path, sizeof(path), "%s/paths.d", layer) >= (int) sizeof(path))
        return -ENAMETOOLONG;
    d = opendir(path);
    if (!d)
        return errno == ENOENT ? 0 : error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    while ((entry = readdir(d)))
        if (endswith(entry->d_name, ".json"))
            return 1;
    return 0;
}

static int is_configured(const GlobalOptions *global, Error *reterr)
{
    int r = has_files(global->system_config, reterr);

    if (r == 0)
        r = has_files(global->local_config, reterr);
    return r == 0 ? has_files(global->user_config, reterr) : r;
}

int global_options_ask_paths(const GlobalOptions *global, ConfiguredPaths *ret, Error *reterr)
{
    static const RecordField fields[] = {
        { "data", RECORD_STRING, offsetof(ConfiguredPaths, data) },
        { "stage1-images", RECORD_STRING, offsetof(ConfiguredPaths, stage1_images) },
        {},
    };
    _cleanup_strv_ char **argv = NULL;
    int r = strv_extend(&argv, "config");

    if (r >= 0)
        r = global_options_to_strv(global, &argv);
    if (r >= 0)
        r = call_ask(&(Call){ CALL_INIT, .path = RKT_LIBEXECDIR "/rkt-config", .argv = argv }, fields, ret,
                     reterr);
    if (r >= 0 && (!ret->data || !ret->stage1_images))
        r = error_set(reterr, -EBADMSG, "rkt-config did not name the directories");
    return r;
}

int global_options_find_dir(GlobalOptions *global, Error *reterr)
{
    static ConfiguredPaths found; /* a program has one data directory */
    int r;

    if (global->dir)
        return 0;
    r = is_configured(global, reterr);
    if (r > 0)
        r = global_options_ask_paths(global, &found, reterr);
    if (r < 0)
        return r;
    global->dir = found.data ? found.data : GLOBAL_OPTIONS_DEFAULT_DIR;
    return 0;
}
