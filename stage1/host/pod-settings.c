/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-settings.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/string-util.h"
#include "run-arguments.h"
#include "stage1/interface.h"

/* The init writes over the arguments that the kernel shows, so everybody else has copies. */
static int copy_arguments(PodSettings *pod, char *argv[], char ***ret)
{
    pod->command_line = argv[0];
    STRV_FOREACH (word, argv)
        if (*word == pod->command_line + pod->command_line_size)
            pod->command_line_size += strlen(*word) + 1;
    return strv_copy(argv, ret);
}

static int choose_names(PodSettings *pod)
{
    const char *machine = getenv(STAGE1_ENV_MACHINE_NAME), *journal = getenv(STAGE1_ENV_JOURNAL);
    char *name;

    if (asprintf(&name, "rkt-%s", pod->uuid) < 0) /* lives as long as the process */
        return -ENOMEM;
    pod->machine_name = machine && *machine ? machine : name;
    if (!pod->hostname || !*pod->hostname)
        pod->hostname = name;
    if (pod->systemd && !(journal && streq(journal, "host")))
        pod->journal_namespace = pod->machine_name;
    pod->journal_max_use = getenv(STAGE1_ENV_JOURNAL_MAX_USE);
    return 0;
}

int pod_settings_take_arguments(PodSettings *pod, int argc, char *argv[], Error *reterr)
{
    RunArguments arguments = RUN_ARGUMENTS_INIT;
    int r = copy_arguments(pod, argv, &argv);

    if (r >= 0)
        r = run_arguments_parse(&arguments, argc, argv, reterr);
    pod->debug = arguments.debug;
    log_setup("stage1", pod->debug);
    if (r < 0)
        return r;
    pod->network_none = streq(arguments.network, "none");
    if (!pod->network_none && !streq(arguments.network, "host"))
        return error_set(reterr, -EOPNOTSUPP,
                         "--net=%s: this stage1 knows only the networks \"host\" and \"none\" so far",
                         arguments.network);
    pod->uuid = arguments.uuid;
    pod->interactive = arguments.interactive;
    pod->hostname = arguments.hostname;
    pod->share_ipc = streq(arguments.ipc, "parent");
    pod->resolv_mode = arguments.resolv_mode;
    pod->hosts_mode = arguments.hosts_mode;
    pod->no_capabilities = arguments.no_capabilities;
    pod->no_paths = arguments.no_paths;
    pod->no_seccomp = arguments.no_seccomp;
    pod->systemd = access("/run/systemd/system", F_OK) >= 0;
    return choose_names(pod);
}

/* An undeclared pod that writes to the host's journal shares its unit's limit there, which is at least that
 * of one app. */
static LineLimit line_limit(const PodSettings *pod)
{
    LineLimit limit = { .burst = LINE_BURST_DEFAULT, .interval_ns = LINE_INTERVAL_DEFAULT_NS };
    const char *burst = getenv(STAGE1_ENV_LINE_BURST), *interval = getenv(STAGE1_ENV_LINE_INTERVAL);
    uint64_t us;

    if (!pod->journal_namespace && !pod->plan->unit)
        limit.burst /= pod->plan->n_apps;
    if (burst)
        (void) parse_u64(burst, &limit.burst);
    if (interval && parse_u64(interval, &us) >= 0 && us <= INT64_MAX / 2000) /* a time may be added to it */
        limit.interval_ns = (int64_t) us * 1000;
    return limit;
}

/* By the native protocol entries would come into the host's journal in root's name. */
static int check_native(const PodSettings *pod, Error *reterr)
{
    for (size_t i = 0; pod->systemd && !pod->journal_namespace && i < pod->plan->n_apps; i++)
        if (pod->plan->apps[i].journal_native)
            return error_set(reterr, -EPERM,
                             "app \"%s\" speaks the journal's native protocol, which is for the pod's own "
                             "journal: not with --journal=host",
                             pod->plan->apps[i].name);
    return 0;
}

int pod_settings_read_plan(PodSettings *pod, int pod_dir, Error *reterr)
{
    int r = plan_read(pod_dir, &pod->plan, reterr);

    if (r >= 0)
        r = check_native(pod, reterr);
    if (r >= 0)
        pod->line_limit = line_limit(pod);
    return r;
}

/* The variables are meant for the process that systemd started, and that is us. */
static uint64_t watchdog_interval(void)
{
    const char *interval = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    uint64_t us, number;

    if (!interval || parse_u64(interval, &us) < 0)
        return 0;
    return pid && (parse_u64(pid, &number) < 0 || number != (uint64_t) getpid()) ? 0 : us;
}

void pod_settings_find_service(PodSettings *pod, bool has_unit)
{
    pod->service_main = has_unit && getenv("NOTIFY_SOCKET");
    pod->watchdog_us = pod->service_main ? watchdog_interval() : 0;
}
