/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `run` of the flavour host: UUID's directory is our working directory, locked by
 * $RKT_LOCK_FD.
 *
 *   1. read the plan; find out where we are (systemd, service, cgroup)
 *   2. divide our unit's cgroup, or make the pod one; start rkt-register, which starts the pod's journal,
 *      and a child that makes the pod's namespaces
 * meanwhile
 *   3. gather what only the host's side can make: overlays, volumes, /dev trees, pipes, all as
 * descriptors
 *   4. clone the pod's init; it joins its namespaces, sets itself up, and waits before it starts an app
 *   5. tell rkt-register who the leader is; wait for the scope if there is to be one; put limits on the apps'
 *      cgroups, and close the devices to them
 *   6a. as a service's main process: the init becomes it (it was cloned as PID 1's child), we end
 *   6b. else: stay in the foreground until the init ends
 *
 * Links nothing but libc, statically: the pod's init is this process' image. */

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/process.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "door.h"
#include "foreground.h"
#include "host.h"
#include "stage1/interface.h"
#include "stage1/layout.h"
#include "journal/notify.h"
#include "machine.h"
#include "run-arguments.h"

/* The init writes over the arguments that the kernel shows, so everybody else has copies, which live as long
 * as the process. */
static int copy_arguments(Host *host, char *argv[], char ***ret)
{
    host->command_line = argv[0];
    STRV_FOREACH (word, argv)
        if (*word == host->command_line + host->command_line_size)
            host->command_line_size += strlen(*word) + 1;
    return strv_copy(argv, ret);
}

static int take_arguments(Host *host, int argc, char *argv[], Error *reterr)
{
    RunArguments arguments = RUN_ARGUMENTS_INIT;
    int r = run_arguments_parse(&arguments, argc, argv, reterr);

    host->debug = arguments.debug;
    if (r < 0)
        return r;
    host->network_none = streq(arguments.network, "none");
    if (!host->network_none && !streq(arguments.network, "host"))
        return error_set(reterr, -EOPNOTSUPP,
                         "--net=%s: this stage1 knows only the networks \"host\" and \"none\" so far",
                         arguments.network);
    host->uuid = arguments.uuid;
    host->interactive = arguments.interactive;
    host->hostname = arguments.hostname;
    host->share_ipc = streq(arguments.ipc, "parent");
    host->resolv_mode = arguments.resolv_mode;
    host->hosts_mode = arguments.hosts_mode;
    host->no_capabilities = arguments.no_capabilities;
    host->no_paths = arguments.no_paths;
    host->no_seccomp = arguments.no_seccomp;
    return 0;
}

/* Names that follow from the UUID. */
static int choose_names(Host *host)
{
    const char *machine = getenv(STAGE1_ENV_MACHINE_NAME), *journal = getenv(STAGE1_ENV_JOURNAL);
    char *name;

    if (asprintf(&name, "rkt-%s", host->uuid) < 0) /* lives as long as the process */
        return -ENOMEM;
    host->machine_name = machine && *machine ? machine : name;
    if (!host->hostname || !*host->hostname)
        host->hostname = name;
    if (host->systemd && !(journal && streq(journal, "host")))
        host->journal_namespace = host->machine_name;
    host->journal_max_use = getenv(STAGE1_ENV_JOURNAL_MAX_USE);
    return 0;
}

/* By it entries would come into the host's journal in root's name. */
static int check_native(const Host *host, Error *reterr)
{
    for (size_t i = 0; host->systemd && !host->journal_namespace && i < host->plan->n_apps; i++)
        if (host->plan->apps[i].journal_native)
            return error_set(reterr, -EPERM,
                             "app \"%s\" speaks the journal's native protocol, which is for the pod's own "
                             "journal: not with --journal=host",
                             host->plan->apps[i].name);
    return 0;
}

/* A service's start process hands its place on to the init, if the service manager listens. */
static bool is_service_main(const Host *host)
{
    return (host->home == CGROUP_HOME_UNIT || host->home == CGROUP_HOME_DELEGATED) && getenv("NOTIFY_SOCKET");
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

/* An undeclared pod that writes to the host's journal shares its unit's limit there, which is at least that
 * of one app. */
static LineLimit line_limit(const Host *host)
{
    LineLimit limit = { .burst = LINE_BURST_DEFAULT, .interval_ns = LINE_INTERVAL_DEFAULT_NS };
    const char *burst = getenv(STAGE1_ENV_LINE_BURST), *interval = getenv(STAGE1_ENV_LINE_INTERVAL);
    uint64_t us;

    if (!host->journal_namespace && !host->plan->unit)
        limit.burst /= host->plan->n_apps;
    if (burst)
        (void) parse_u64(burst, &limit.burst);
    if (interval && parse_u64(interval, &us) >= 0 && us <= INT64_MAX / 2000) /* a time may be added to it */
        limit.interval_ns = (int64_t) us * 1000;
    return limit;
}

static int allocate_apps(Host *host)
{
    LineLimit limit = line_limit(host);

    host->apps = calloc(host->plan->n_apps, sizeof(HostApp));
    if (!host->apps)
        return -ENOMEM;
    for (size_t i = 0; i < host->plan->n_apps; i++) {
        HostApp *app = &host->apps[i];

        app->plan = &host->plan->apps[i];
        app->rootfs = app->devices = app->credentials = app->console = app->null = app->output = app->errors =
                -EBADF;
        app->cgroup = app->namespace_fd = app->report = app->go = app->terminals = -EBADF;
        app->errors_end = app->carried[0] = app->carried[1] = -EBADF;
        app->carriers[0] = app->carriers[1] = (Carrier) CARRIER_INIT;
        app->receiver = (Receiver) RECEIVER_INIT;
        app->stdio[0] = app->stdio[1] = app->stdio[2] = -EBADF;
        app->refusals = (Refusals) REFUSALS_INIT;
        app->log = (AppLog) APP_LOG_INIT;
        app->budget.limit = limit;
    }
    return 0;
}

static int take_sockets(Host *host, Error *reterr)
{
    _cleanup_free_ AppSockets *sockets = calloc(host->plan->n_apps, sizeof(AppSockets));
    int r = sockets ? sockets_take(host->plan, sockets, reterr) : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < host->plan->n_apps; i++)
        host->apps[i].sockets = sockets[i];
    return r;
}

/* Returns 0 in the init. CLONE_PARENT makes it our sibling, PID 1's child, whose exit PID 1 then sees. */
static pid_t clone_init(Host *host)
{
    int go[2], control[2] = { -EBADF, -EBADF };
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, go) < 0 ||
        (!host->service_main && pipe2(control, O_CLOEXEC) < 0))
        return -errno;
    pid = host_clone(CLONE_NEWPID | CLONE_NEWNS | (host->service_main ? CLONE_PARENT : 0), host->init_cgroup,
                     NULL);
    (void) close(go[pid == 0 ? 0 : 1]);
    host->go = go[pid == 0 ? 1 : 0];
    (void) safe_close(control[pid == 0 ? 0 : 1]);
    host->control = control[pid == 0 ? 1 : 0];
    return pid;
}

static int write_pid(pid_t pid)
{
    char text[16];
    int n = snprintf(text, sizeof(text), "%d", (int) pid), r = process_note(AT_FDCWD, STAGE1_PROCESS, pid);

    return r < 0 ? r : write_file_at(AT_FDCWD, STAGE1_PID, text, (size_t) n, 0644, 0);
}

/* After this the init, not we, are what systemd watches. */
static int hand_on(const Host *host, pid_t init, Error *reterr)
{
    int r = notify_sendf(host->notify, "MAINPID=%d", (int) init);

    if (r >= 0)
        r = notify_barrier(host->notify, 10 * 1000);
    return r < 0 ? error_set_errno(reterr, r, "cannot tell systemd the pod's main process") : 0;
}

static int start_pod(Host *host, Foreground *foreground, Machine *machine, Error *reterr)
{
    pid_t init = clone_init(host);
    int r;

    if (init < 0)
        return error_set_errno(reterr, (int) init, "cannot clone the pod's init");
    if (init == 0) {
        machine_leave(machine, host);
        foreground_leave(foreground);
        host_init(host);
    }
    foreground->init = init;
    for (size_t i = 0; i < host->plan->n_apps; i++)
        app_sockets_close(&host->apps[i].sockets);

    r = write_pid(init);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot record the pod's init");
    r = machine_set_leader(machine, host, init, reterr);
    host_leave_namespaces(host);
    /* While the init sets itself up: the kernel's verifier takes its time. */
    if (r >= 0 && host->home != CGROUP_HOME_SCOPE)
        r = host_confine_cgroups(host, reterr);
    if (r >= 0 && host->service_main)
        r = hand_on(host, init, reterr);
    if (r >= 0) {
        r = control_send_go(host->go);
        host->go = safe_close(host->go);
        if (r < 0)
            r = error_set(reterr, r, "the pod's init ended before it could start");
    }
    return r;
}

static int run(Host *host, int argc, char *argv[], Error *reterr)
{
    _cleanup_(foreground_done) Foreground foreground = FOREGROUND_INIT;
    _cleanup_(machine_done) Machine machine = MACHINE_INIT;
    int r;

    r = spawn_prepare();
    if (r >= 0)
        r = copy_arguments(host, argv, &argv);
    if (r >= 0)
        r = take_arguments(host, argc, argv, reterr);
    if (r < 0)
        return r;
    log_setup("stage1", host->debug);
    host->systemd = access("/run/systemd/system", F_OK) >= 0;
    r = choose_names(host);
    if (r >= 0)
        r = run_take_lock(&host->pod_dir, reterr);
    if (r >= 0)
        r = plan_read(host->pod_dir, &host->plan, reterr);
    if (r >= 0)
        r = check_native(host, reterr);
    if (r >= 0)
        r = allocate_apps(host);
    if (r >= 0)
        r = take_sockets(host, reterr);
    if (r >= 0)
        r = host_find_cgroup_home(host, reterr);
    if (r < 0)
        return r;
    host->service_main = is_service_main(host);
    if (host->service_main)
        host->watchdog_us = watchdog_interval();

    /* First: what we start from here on sits in the init's cgroup, and the unit's own holds no process. */
    if (host->home != CGROUP_HOME_SCOPE)
        r = host_enter_cgroups(host, reterr);
    if (r >= 0)
        r = machine_claim_names(host, reterr);
    if (r >= 0)
        r = machine_start(&machine, host, reterr);
    if (r >= 0) {
        r = host_make_namespaces(host);
        if (r < 0)
            r = error_set_errno(reterr, r, "cannot make the pod's namespaces");
    }
    if (r >= 0 && host->service_main)
        r = notify_open(NULL, &host->notify);
    if (r >= 0)
        r = host_gather(host, reterr);
    if (r >= 0) {
        r = door_write_pod(host);
        if (r < 0)
            r = error_set_errno(reterr, r, "cannot record how the pod is confined");
    }
    if (r >= 0) {
        if (host->systemd)
            host_gather_journal(host);
        r = foreground_open_pipes(&foreground, host, reterr);
    }
    if (r >= 0)
        r = start_pod(host, &foreground, &machine, reterr);
    if (r >= 0 && host->service_main) {
        machine_await_registration(&machine);
        return 0;
    }
    if (r >= 0)
        r = foreground_run(&foreground, host, &machine);
    else
        foreground_kill(&foreground);
    host_leave_namespaces(host);
    (void) host_remove_cgroups(host);
    return r;
}

int main(int argc, char *argv[])
{
    _cleanup_error_ Error error = ERROR_INIT;
    Host host = {
        .pod_dir = -EBADF,
        .cgroup = -EBADF,
        .pod_cgroup = -EBADF,
        .init_cgroup = -EBADF,
        .namespaces = -EBADF,
        .maker_socket = -EBADF,
        .root = -EBADF,
        .shared_memory = -EBADF,
        .journal_sockets = -EBADF,
        .journal = JOURNAL_WAY_INIT,
        .resolv_conf = -EBADF,
        .hosts = -EBADF,
        .notify = -EBADF,
        .go = -EBADF,
        .control = -EBADF,
        .proc = -EBADF,
        .reaper_report = -EBADF,
        .apps_pids = -EBADF,
        .own_pids = -EBADF,
        .machined = -EBADF,
        .register_socket = -EBADF,
        .shared = -EBADF,
        .status_dir = -EBADF,
    };
    int r = run(&host, argc, argv, &error);

    if (r < 0) {
        error_print(&error, r, "stage1", host.debug);
        return r == SOCKETS_MISFIT && host.plan && host.plan->unit ? SOCKETS_EXIT_MISFIT : POD_EXIT_FAILURE;
    }
    return r;
}
