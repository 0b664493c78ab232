/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `run` of the flavour host: UUID's directory is our working directory, locked by
 * $RKT_LOCK_FD.
 *
 *   1. read the plan; find out where we are (systemd, service, cgroup)
 *   2. divide our unit's cgroup, or make the pod one; start rkt-register, which starts the pod's journal
 * meanwhile
 *   3. gather what only the host's side can make: overlays, volumes, /dev trees, log streams, all as
 * descriptors
 *   4. clone the pod's init into its namespaces; it sets itself up, and waits before it starts an app
 *   5. tell rkt-register who the leader is; wait for the scope if there is to be one
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
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/option.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "base/uuid.h"
#include "foreground.h"
#include "host.h"
#include "interface.h"
#include "journal/notify.h"
#include "machine.h"

enum {
    ARG_DEBUG = 1,
    ARG_NET,
    ARG_HOSTNAME,
    ARG_DNS_CONF_MODE,
    ARG_NO_CAPABILITIES,
    ARG_NO_PATHS,
    ARG_NO_SECCOMP,
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
    { "interactive", OPTION_BOOL, ARG_REFUSED },
    { "private-users", OPTION_VALUE, ARG_REFUSED },
    { "mutable", OPTION_BOOL, ARG_REFUSED },
    { NULL },
};

static int take_dns_modes(Host *host, const char *text, Error *reterr)
{
    _cleanup_strv_ char **modes = NULL;
    int r = strv_split(text, ",", &modes);

    if (r < 0)
        return r;
    STRV_FOREACH (s, modes) {
        const char *mode, **field;

        if ((mode = startswith(*s, "resolv=")))
            field = &host->resolv_mode;
        else if ((mode = startswith(*s, "hosts=")))
            field = &host->hosts_mode;
        else
            return error_set(reterr, -EINVAL, "--dns-conf-mode: \"%s\" is neither resolv= nor hosts=", *s);
        *field = streq(mode, "host")     ? "host"
                 : streq(mode, "stage0") ? "stage0"
                 : streq(mode, "none")   ? "none"
                                         : "default";
    }
    return 0;
}

static int take_network(Host *host, const char *value, Error *reterr)
{
    host->network_none = streq(value, "none");
    if (host->network_none || streq(value, "host"))
        return 0;
    return error_set(reterr, -EOPNOTSUPP,
                     "--net=%s: this stage1 knows only the networks \"host\" and \"none\" so far", value);
}

static int take_ipc(Host *host, const char *value, Error *reterr)
{
    host->share_ipc = streq(value, "parent");
    if (host->share_ipc || streq(value, "auto") || streq(value, "private"))
        return 0;
    return error_set(reterr, -EINVAL, "--ipc=%s: must be auto, private or parent", value);
}

static int parse_arguments(Host *host, int argc, char *argv[], Error *reterr)
{
    OptionParser parser = { argc, argv, 1, { options } };
    bool network = false;

    for (;;) {
        const char *value;
        int id, r = option_next(&parser, &id, &value, reterr);

        if (r < 0)
            return r;
        switch (id) {
        case OPTION_END:
            if (!host->uuid || !network)
                return error_set(reterr, -EINVAL, "a pod's UUID and --net= are needed");
            return 0;
        case OPTION_POSITIONAL:
            if (host->uuid || !uuid_is_valid(value))
                return error_set(reterr, -EINVAL, "\"%s\": one UUID is expected", value);
            host->uuid = value;
            break;
        case ARG_DEBUG: host->debug = streq(value, "true"); break;
        case ARG_NET:
            network = true;
            r = take_network(host, value, reterr);
            break;
        case ARG_HOSTNAME: host->hostname = value; break;
        case ARG_DNS_CONF_MODE: r = take_dns_modes(host, value, reterr); break;
        case ARG_NO_CAPABILITIES: host->no_capabilities = streq(value, "true"); break;
        case ARG_NO_PATHS: host->no_paths = streq(value, "true"); break;
        case ARG_NO_SECCOMP: host->no_seccomp = streq(value, "true"); break;
        case ARG_IPC: r = take_ipc(host, value, reterr); break;
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

static int take_lock(Host *host, Error *reterr)
{
    const char *text = getenv(STAGE1_ENV_LOCK_FD);
    uint64_t fd;

    if (!text || parse_u64(text, &fd) < 0 || fd > INT32_MAX || fd_set_cloexec((int) fd, true) < 0)
        return error_set(reterr, -EINVAL, "$" STAGE1_ENV_LOCK_FD " holds no descriptor of the pod's lock");
    host->pod_dir = (int) fd;
    return 0;
}

static int allocate_apps(Host *host)
{
    host->apps = calloc(host->plan->n_apps, sizeof(HostApp));
    if (!host->apps)
        return -ENOMEM;
    for (size_t i = 0; i < host->plan->n_apps; i++) {
        HostApp *app = &host->apps[i];

        app->plan = &host->plan->apps[i];
        app->rootfs = app->devices = app->credentials = app->console = app->null = app->notify = app->output =
                app->errors = -EBADF;
        app->cgroup = app->namespace_fd = app->report = -EBADF;
    }
    return 0;
}

/* As fork(), into a cgroup unless that is -EBADF. Siblings end with the signal of the one they are cloned by.
 */
static pid_t clone_process(uint64_t flags, int cgroup)
{
    struct clone_args args = {
        .flags = flags | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0),
        .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
        .cgroup = cgroup >= 0 ? (uint64_t) cgroup : 0,
    };
    long pid = syscall(SYS_clone3, &args, sizeof(args));

    return pid < 0 ? -errno : (pid_t) pid;
}

static uint64_t init_namespaces(const Host *host)
{
    return CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | (host->share_ipc ? 0 : CLONE_NEWIPC) |
           (host->network_none ? CLONE_NEWNET : 0);
}

/* A child in the pod's cgroup makes the cgroup namespace there, clones the init as its sibling, and says its
 * pid on the control socket before it ends. */
static pid_t clone_from_pod_cgroup(const Host *host, int control)
{
    pid_t child = clone_process(0, host->pod_cgroup), init;

    if (child != 0)
        return child;
    init = unshare(CLONE_NEWCGROUP) < 0
                   ? -errno
                   : clone_process(init_namespaces(host) | CLONE_PARENT, host->init_cgroup);
    if (init == 0)
        return 0;
    (void) control_send(control, CONTROL_CLONED, 0, init);
    _exit(0);
}

static pid_t await_clone(int control, pid_t child)
{
    ControlMessage message;
    int r = control_receive(control, &message);

    (void) wait_for_exit(child);
    if (r <= 0)
        return r < 0 ? r : -ECHILD;
    return message.value;
}

/* Returns 0 in the init. CLONE_PARENT makes it our sibling, PID 1's child, whose exit PID 1 then sees. */
static pid_t clone_init(Host *host)
{
    int control[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control) < 0)
        return -errno;
    if (host->pod_cgroup >= 0)
        pid = clone_from_pod_cgroup(host, control[1]);
    else
        pid = clone_process(init_namespaces(host) | (host->service_main ? CLONE_PARENT : 0), -EBADF);
    (void) close(control[pid == 0 ? 0 : 1]);
    host->control = control[pid == 0 ? 1 : 0];
    return pid > 0 && host->pod_cgroup >= 0 ? await_clone(host->control, pid) : pid;
}

static int write_pid(const Host *host, pid_t pid)
{
    char text[16];
    int n = snprintf(text, sizeof(text), "%d", (int) pid);

    return write_file_at(host->pod_dir, STAGE1_PID, text, (size_t) n, 0644, 0);
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
        machine_leave(machine);
        foreground_leave(foreground);
        host_init(host);
    }
    foreground->init = init;
    for (size_t i = 0; i < host->plan->n_apps; i++)
        host_drop_sockets(&host->apps[i]);

    r = write_pid(host, init);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot record the pod's init");
    r = machine_set_leader(machine, host, init, reterr);
    if (r >= 0 && host->service_main)
        r = hand_on(host, init, reterr);
    if (r >= 0) {
        r = control_send(host->control, CONTROL_GO, 0, 0);
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
        r = parse_arguments(host, argc, argv, reterr);
    if (r < 0)
        return r;
    log_setup("stage1", host->debug);
    host->systemd = access("/run/systemd/system", F_OK) >= 0;
    r = choose_names(host);
    if (r >= 0)
        r = take_lock(host, reterr);
    if (r >= 0)
        r = plan_read(host->pod_dir, &host->plan, reterr);
    if (r >= 0)
        r = allocate_apps(host);
    if (r >= 0)
        r = host_take_sockets(host, reterr);
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
        r = machine_start(&machine, host, reterr);
    if (r >= 0 && host->service_main)
        r = notify_open(NULL, &host->notify);
    if (r >= 0)
        r = host_gather(host, reterr);
    if (r >= 0)
        machine_await_journal(&machine, host);
    if (r >= 0) {
        host_gather_journal(host);
        r = foreground_open_logs(&foreground, host, reterr);
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
    (void) host_remove_cgroups(host);
    return r;
}

int main(int argc, char *argv[])
{
    _cleanup_error_ Error error = ERROR_INIT;
    Host host = {
        .resolv_mode = "default",
        .hosts_mode = "default",
        .pod_dir = -EBADF,
        .cgroup = -EBADF,
        .pod_cgroup = -EBADF,
        .init_cgroup = -EBADF,
        .root = -EBADF,
        .shared_memory = -EBADF,
        .journal_files = -EBADF,
        .journal_sockets = -EBADF,
        .resolv_conf = -EBADF,
        .hosts = -EBADF,
        .notify = -EBADF,
        .control = -EBADF,
        .status_dir = -EBADF,
    };
    int r = run(&host, argc, argv, &error);

    if (r < 0) {
        error_print(&error, r, "stage1", host.debug);
        return POD_EXIT_FAILURE;
    }
    return r;
}
