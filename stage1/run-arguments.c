/* SPDX-License-Identifier: Apache-2.0 */

#include "run-arguments.h"

#include "base/fd-util.h"
#include "base/option.h"
#include "base/string-util.h"
#include "base/uuid.h"
#include "stage1/interface.h"

enum {
    ARG_DEBUG = 1,
    ARG_NET,
    ARG_HOSTNAME,
    ARG_DNS_CONF_MODE,
    ARG_NO_CAPABILITIES,
    ARG_NO_PATHS,
    ARG_NO_SECCOMP,
    ARG_INTERACTIVE,
    ARG_IPC,
    ARG_LOCAL_CONFIG,
    ARG_MDS_TOKEN,
    ARG_REFUSED
};

static const Option options[] = {
    { "debug", OPTION_BOOL, ARG_DEBUG },
    { "net", OPTION_OPTIONAL, ARG_NET, .default_value = "default" },
    { "hostname", OPTION_VALUE, ARG_HOSTNAME },
    { "dns-conf-mode", OPTION_VALUE, ARG_DNS_CONF_MODE },
    { "disable-capabilities-restriction", OPTION_BOOL, ARG_NO_CAPABILITIES },
    { "disable-paths", OPTION_BOOL, ARG_NO_PATHS },
    { "disable-seccomp", OPTION_BOOL, ARG_NO_SECCOMP },
    { "ipc", OPTION_VALUE, ARG_IPC },
    { "local-config", OPTION_VALUE, ARG_LOCAL_CONFIG },
    { "mds-token", OPTION_VALUE, ARG_MDS_TOKEN },
    { "interactive", OPTION_BOOL, ARG_INTERACTIVE },
    { "private-users", OPTION_VALUE, ARG_REFUSED },
    { "mutable", OPTION_BOOL, ARG_REFUSED },
    { NULL },
};

static const char *dns_mode(const char *text)
{
    static const char *const modes[] = { "host", "stage0", "none" };

    for (size_t i = 0; i < ELEMENTSOF(modes); i++)
        if (streq(text, modes[i]))
            return modes[i];
    return "default";
}

static int take_dns_modes(RunArguments *arguments, const char *text, Error *reterr)
{
    _cleanup_strv_ char **modes = NULL;
    int r = strv_split(text, ",", &modes);

    if (r < 0)
        return r;
    STRV_FOREACH (s, modes) {
        const char *mode;

        if ((mode = startswith(*s, "resolv=")))
            arguments->resolv_mode = dns_mode(mode);
        else if ((mode = startswith(*s, "hosts=")))
            arguments->hosts_mode = dns_mode(mode);
        else
            return error_set(reterr, -EINVAL, "--dns-conf-mode: \"%s\" is neither resolv= nor hosts=", *s);
    }
    return 0;
}

static int take_ipc(RunArguments *arguments, const char *value, Error *reterr)
{
    arguments->ipc = value;
    if (streq(value, "parent") || streq(value, "auto") || streq(value, "private"))
        return 0;
    return error_set(reterr, -EINVAL, "--ipc=%s: must be auto, private or parent", value);
}

int run_arguments_parse(RunArguments *arguments, int argc, char *argv[], Error *reterr)
{
    OptionParser parser = { argc, argv, 1, { options } };

    for (;;) {
        const char *value;
        int id, r = option_next(&parser, &id, &value, reterr);

        if (r < 0)
            return r;
        switch (id) {
        case OPTION_END:
            if (!arguments->uuid || !arguments->network)
                return error_set(reterr, -EINVAL, "a pod's UUID and --net= are needed");
            return 0;
        case OPTION_POSITIONAL:
            if (arguments->uuid || !uuid_is_valid(value))
                return error_set(reterr, -EINVAL, "\"%s\": one UUID is expected", value);
            arguments->uuid = value;
            break;
        case ARG_DEBUG: arguments->debug = streq(value, "true"); break;
        case ARG_NET: arguments->network = value; break;
        case ARG_HOSTNAME: arguments->hostname = value; break;
        case ARG_DNS_CONF_MODE: r = take_dns_modes(arguments, value, reterr); break;
        case ARG_NO_CAPABILITIES: arguments->no_capabilities = streq(value, "true"); break;
        case ARG_NO_PATHS: arguments->no_paths = streq(value, "true"); break;
        case ARG_NO_SECCOMP: arguments->no_seccomp = streq(value, "true"); break;
        case ARG_INTERACTIVE: arguments->interactive = streq(value, "true"); break;
        case ARG_IPC: r = take_ipc(arguments, value, reterr); break;
        case ARG_LOCAL_CONFIG:
        case ARG_MDS_TOKEN:
            break; /* said to every stage1; networks and the metadata service are not ours yet */
        case ARG_REFUSED:
            if (!streq(value, "false"))
                r = error_set(reterr, -EOPNOTSUPP, "%s: not built yet", argv[parser.index - 1]);
            break;
        default: r = error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
        }
        if (r < 0)
            return r;
    }
}

int run_take_lock(int *ret, Error *reterr)
{
    const char *text = getenv(STAGE1_ENV_LOCK_FD);
    uint64_t fd;

    if (!text || parse_u64(text, &fd) < 0 || fd > INT32_MAX || fd_set_cloexec((int) fd, true) < 0)
        return error_set(reterr, -EINVAL, "$" STAGE1_ENV_LOCK_FD " holds no descriptor of the pod's lock");
    *ret = (int) fd;
    return 0;
}
