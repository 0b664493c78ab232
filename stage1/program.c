/* SPDX-License-Identifier: Apache-2.0 */

#include "program.h"

#include <limits.h>
#include <string.h>

#include "base/printable.h"
#include "base/string-util.h"
#include "stage1/layout.h"
#include "sandbox/interpreter.h"

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

/* Calls back for each place in turn where the program may be, until one of them is it. */
static int try_places(const char *name, char *const environment[],
                      int (*try)(const char *path, char *const argv[], char *const environment[]),
                      char *const argv[])
{
    static const char fallback[] = ".:/bin:/usr/bin";
    const char *path = fallback;
    int r = -ENOENT;

    if (strchr(name, '/'))
        return try(name, argv, environment);
    STRV_FOREACH (s, environment) {
        const char *value = startswith(*s, "PATH=");

        if (value)
            path = value;
    }
    while (*path) {
        size_t n = strcspn(path, ":");
        char candidate[PATH_MAX];

        if ((size_t) snprintf(candidate, sizeof(candidate), "%.*s/%s", (int) n, path, name) <
            sizeof(candidate)) {
            int q = try(candidate, argv, environment);

            if (q >= 0)
                return q;
            if (q != -ENOENT && q != -ENOTDIR)
                r = q;
        }
        path += n + (path[n] == ':');
    }
    return r;
}

static int try_access(const char *path, char *const argv[] _unused_, char *const environment[] _unused_)
{
    return access(path, X_OK) < 0 ? -errno : 0;
}

static int try_exec(const char *path, char *const argv[], char *const environment[])
{
    (void) execve(path, argv, environment);
    return -errno;
}

int program_find(const char *name, char *const environment[])
{
    return try_places(name, environment, try_access, NULL);
}

int program_exec(char *const argv[], char *const environment[])
{
    return try_places(argv[0], environment, try_exec, argv);
}

int program_explain(const char *name, int r, Error *reterr)
{
    char missing[PATH_MAX];

    if (r != -ENOENT || !strchr(name, '/') || interpreter_find_missing(name, missing) < 0)
        return error_set_errno(reterr, r, "Unable to open \"%s\"", name);
    string_sanitize(missing, "");
    return error_set(reterr, r, "Unable to open \"%s\": %s (the interpreter of \"%s\")", missing,
                     strerror(-r), name);
}
