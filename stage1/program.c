/* SPDX-License-Identifier: Apache-2.0 */

#include "program.h"

#include <limits.h>

#include "base/string-util.h"
#include "interface.h"

int program_environment(const PlanApp *app, const char *uuid, char ***ret)
{
    _cleanup_strv_ char **environment = NULL;
    int r = strv_copy(app->environment, &environment);

    if (r >= 0)
        r = strv_extend(&environment, "container=rkt");
    if (r >= 0)
        r = strv_extendf(&environment, "container_uuid=%s", uuid);
    if (r >= 0 && app->credentials)
        r = strv_set_variable(&environment, "CREDENTIALS_DIRECTORY", STAGE1_CREDENTIALS_PATH);
    if (r >= 0)
        *ret = TAKE_PTR(environment);
    return r;
}

Confinement program_confinement(const PlanApp *app, bool as_root, bool no_capabilities)
{
    return (Confinement){
        .uid = as_root ? 0 : app->uid,
        .gid = as_root ? 0 : app->gid,
        .groups = app->groups,
        .n_groups = as_root ? 0 : app->n_groups,
        .capabilities = no_capabilities ? UINT64_MAX : app->capabilities,
        .no_new_privileges = app->no_new_privileges,
        .has_oom_score_adj = app->has_oom_score_adj,
        .oom_score_adj = app->oom_score_adj,
        .working_directory = app->working_directory,
    };
}

int program_exec(char *const argv[], char *const environment[])
{
    static const char fallback[] = ".:/bin:/usr/bin";
    const char *path = fallback;
    int r = -ENOENT;

    if (strchr(argv[0], '/')) {
        (void) execve(argv[0], argv, environment);
        return -errno;
    }
    STRV_FOREACH (s, environment) {
        const char *value = startswith(*s, "PATH=");

        if (value)
            path = value;
    }
    while (*path) {
        size_t n = strcspn(path, ":");
        char candidate[PATH_MAX];

        if ((size_t) snprintf(candidate, sizeof(candidate), "%.*s/%s", (int) n, path, argv[0]) <
            sizeof(candidate)) {
            (void) execve(candidate, argv, environment);
            if (errno != ENOENT && errno != ENOTDIR)
                r = -errno;
        }
        path += n + (path[n] == ':');
    }
    return r;
}
