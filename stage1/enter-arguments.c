/* SPDX-License-Identifier: Apache-2.0 */

#include "enter-arguments.h"

#include "base/option.h"
#include "base/string-util.h"

enum { ARG_DEBUG = 1, ARG_PID, ARG_APPNAME };

static const Option options[] = {
    { "debug", OPTION_BOOL, ARG_DEBUG },
    { "pid", OPTION_VALUE, ARG_PID },
    { "appname", OPTION_VALUE, ARG_APPNAME },
    { NULL },
};

static int take_pid(EnterArguments *arguments, const char *value, Error *reterr)
{
    uint64_t pid;

    if (parse_u64(value, &pid) < 0 || pid < 2 || pid > INT32_MAX)
        return error_set(reterr, -EINVAL, "--pid=%s: not a process ID", value);
    arguments->pid = (pid_t) pid;
    return 0;
}

int enter_arguments_parse(EnterArguments *arguments, int argc, char *argv[], Error *reterr)
{
    OptionParser parser = { argc, argv, 1, { options } };
    const char *value;
    int id, r;

    do {
        r = option_next(&parser, &id, &value, reterr);
        if (r >= 0 && id == ARG_PID)
            r = take_pid(arguments, value, reterr);
        else if (r >= 0 && id == ARG_DEBUG)
            arguments->debug = streq(value, "true");
        else if (r >= 0 && id == ARG_APPNAME)
            arguments->app_name = value;
    } while (r >= 0 && id != OPTION_DASH_DASH && id != OPTION_END);
    if (r < 0)
        return r;
    arguments->command = argv + parser.index;
    if (id == OPTION_END || arguments->pid == 0 || !arguments->app_name || !*arguments->command)
        return error_set(reterr, -EINVAL, "--pid=, --appname=, -- and a command are needed");
    return 0;
}

char *enter_find_uuid(void)
{
    _cleanup_free_ char *path = getcwd(NULL, 0);
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash ? strdup(slash + 1) : NULL;
}
