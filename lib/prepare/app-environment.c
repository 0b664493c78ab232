/* SPDX-License-Identifier: Apache-2.0 */

#include "app-environment.h"

#include "base/file-util.h"
#include "base/string-util.h"
#include "sandbox/host-path.h"

enum { ENVIRONMENT_FILE_MAX = 1024 * 1024 };

extern char **environ;

static int set_pair(NameValueList *list, const char *pair)
{
    const char *equals = strchr(pair, '=');
    _cleanup_free_ char *name = equals ? strndup(pair, (size_t) (equals - pair)) : NULL;

    if (!equals)
        return -EINVAL;
    return name ? name_value_list_set(list, name, equals + 1) : -ENOMEM;
}

int pairs_set(NameValueList *list, char *const *pairs)
{
    STRV_FOREACH (pair, pairs) {
        int r = set_pair(list, *pair);

        if (r < 0)
            return r;
    }
    return 0;
}

/* One line of a file: blank, `#` and `;` are comments; a name twice is an error. */
static int take_environment_line(NameValueList *list, char *line, Error *reterr)
{
    char *equals;

    line += strspn(line, " \t\r");
    for (size_t n = strlen(line); n > 0 && line[n - 1] == '\r'; n--)
        line[n - 1] = '\0';
    if (*line == '\0' || *line == '#' || *line == ';')
        return 0;
    equals = strchr(line, '=');
    if (!equals || equals == line)
        return error_set(reterr, -EINVAL, "the line is not NAME=VALUE"); /* which may be a secret */
    *equals = '\0';
    if (name_value_list_get(list, line))
        return error_set(reterr, -EINVAL, "\"%s\" is set twice", line);
    return name_value_list_add(list, line, equals + 1);
}

/* A unit reads the file again at each start, without anybody looking: then an app or a user may have made a
 * link to another of root's files of it. A user who types a command may name a pipe. */
static int read_named_file(const PodOptions *options, const char *path, int record, char **ret, Error *reterr)
{
    _cleanup_close_ int fd = -EBADF;
    char buffer[FD_PATH_MAX];
    int r = pod_said(options, SETTING_POD_UNIT) && *path == '/'
                    ? host_path_open("the file", path, record, &fd, reterr)
                    : 0;

    if (r < 0)
        return r;
    r = read_argument_file(fd >= 0 ? fd_path(fd, buffer) : path, ENVIRONMENT_FILE_MAX, ret, NULL);
    return r < 0 ? error_set_errno(reterr, r, "cannot read \"%s\"", path) : 0;
}

static int read_environment_file(const PodOptions *options, const char *path, int record, NameValueList *list,
                                 Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    unsigned number = 0;
    char *rest;
    int r = read_named_file(options, path, record, &text, reterr);

    if (r < 0)
        return r;
    rest = text;
    for (char *line; r >= 0 && (line = strsep(&rest, "\n")); number++)
        r = take_environment_line(list, line, reterr);
    return r < 0 ? error_prefix(reterr, r, "%s:%u", path, number) : 0;
}

int environment_files_read(const PodOptions *options, int record, NameValueList *list, Error *reterr)
{
    STRV_FOREACH (path, options->said.list[SETTING_POD_ENVIRONMENT_FILE]) {
        int r = read_environment_file(options, *path, record, list, reterr);

        if (r < 0)
            return r;
    }
    return 0;
}

/* What tells of the caller's own process, its descriptors and its service. */
static bool is_callers_own(const char *name)
{
    static const char *const names[] = { "CREDENTIALS_DIRECTORY",
                                         "INVOCATION_ID",
                                         "JOURNAL_STREAM",
                                         "LISTEN_FDNAMES",
                                         "LISTEN_FDS",
                                         "LISTEN_PID",
                                         "MAINPID",
                                         "NOTIFY_SOCKET",
                                         "SYSTEMD_EXEC_PID",
                                         "WATCHDOG_PID",
                                         "WATCHDOG_USEC" };

    for (size_t i = 0; i < ELEMENTSOF(names); i++)
        if (streq(names[i], name))
            return true;
    return false;
}

/* What nobody set is passed on from the caller. */
static int inherit_environment(NameValueList *list)
{
    STRV_FOREACH (pair, environ) {
        _cleanup_free_ char *name = strndup(*pair, strcspn(*pair, "="));
        int r = 0;

        if (!name)
            return -ENOMEM;
        if (strchr(*pair, '=') && *name && !is_callers_own(name) && !name_value_list_get(list, name))
            r = set_pair(list, *pair);
        if (r < 0)
            return r;
    }
    return 0;
}

int app_set_environment(App *app, const PodOptions *options, const AppOptions *app_options,
                        const NameValueList *from_files)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < from_files->n; i++)
        r = name_value_list_set(&app->environment, from_files->items[i].name, from_files->items[i].value);
    if (r >= 0)
        r = pairs_set(&app->environment, options->said.list[SETTING_POD_ENVIRONMENT]);
    if (r >= 0)
        r = pairs_set(&app->environment, app_options->said.list[SETTING_APP_ENVIRONMENT]);
    if (r >= 0 && said_true(&options->said, SETTING_POD_INHERIT_ENV))
        r = inherit_environment(&app->environment);
    return r;
}
