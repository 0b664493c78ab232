/* SPDX-License-Identifier: Apache-2.0 */
/* From the pod's init to an app's program. The child makes the app's mount namespace (or joins the one that
 * an earlier process of the app made) and confines itself (sandbox/confine.c has the order and the reasons).
 *
 * Paths in the app's root belong to the image: mount_attach_at() resolves each beneath that root before
 * anything is put there, and confine_app() closes every descriptor before it enters the working directory,
 * which the image chose too. From an app's first process on, everything below that root is the app's, also
 * its /dev: a child that joins it opens nothing there by name before it is confined. */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "app-root.h"
#include "base/fd-util.h"
#include "base/string-util.h"
#include "host.h"
#include "stage1/layout.h"
#include "program.h"
#include "sandbox/kernel-mounts.h"
#include "sandbox/mount.h"

#define FILE_ATTRIBUTES (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY)

/* ----- The app's root ----- */

static bool has_volume_below(const PlanApp *app, const char *directory)
{
    for (size_t i = 0; i < app->n_mounts; i++) {
        const char *rest = startswith(app->mounts[i].target, directory);

        if (rest && (*rest == '/' || *rest == '\0'))
            return true;
    }
    return false;
}

static int attach_devices(HostApp *app, Error *reterr)
{
    _cleanup_close_ int shared_memory = -EBADF;
    int r;

    r = mount_attach_at(app->devices, app->rootfs, "/dev", MOUNT_TARGET_API, reterr);
    if (r < 0)
        return r;
    if (app->terminals < 0)
        r = host_make_terminals(&app->terminals, reterr);
    if (r >= 0)
        r = mount_attach_at(app->terminals, app->devices, "pts", MOUNT_TARGET_DIRECTORY, reterr);
    if (r < 0)
        return r;
    r = mount_clone(AT_FDCWD, HOST_SHARED_MEMORY_PATH, false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                    &shared_memory);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot share the pod's memory");
    return mount_attach_at(shared_memory, app->devices, "shm", MOUNT_TARGET_DIRECTORY, reterr);
}

static int attach_api(const Host *host, HostApp *app, Error *reterr)
{
    _cleanup_close_ int proc = -EBADF, sys = -EBADF, scratch = -EBADF;
    int r;

    r = mount_proc(0, &proc, reterr);
    if (r >= 0)
        r = mount_attach_at(proc, app->rootfs, "/proc", MOUNT_TARGET_API, reterr);
    if (r >= 0 && !has_volume_below(app->plan, "/sys")) {
        r = mount_sys(&sys, reterr);
        if (r >= 0)
            r = mount_attach_at(sys, app->rootfs, "/sys", MOUNT_TARGET_API, reterr);
    }
    if (r >= 0)
        r = attach_devices(app, reterr);
    if (r < 0 || host->no_paths)
        return r;
    scratch = open(HOST_SCRATCH_PATH, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (scratch < 0)
        return error_set_errno(reterr, -errno, "cannot open the pod's %s", HOST_SCRATCH_PATH);
    return mount_restrict_paths(proc, sys, host->network_none, scratch, reterr);
}

/* Binds what is at path in the pod's root onto target in the app's: 1, or 0 when the pod has no such thing.
 */
static int bind_shared(const HostApp *app, const char *path, const char *target, MountTarget kind,
                       Error *reterr)
{
    _cleanup_close_ int mount = -EBADF;
    int r = mount_clone(AT_FDCWD, path, false, FILE_ATTRIBUTES, &mount);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot give the app its %s", target);
    r = mount_attach_at(mount, app->rootfs, target, kind, reterr);
    return r < 0 ? r : 1;
}

static bool exists_in_root(const HostApp *app, const char *path)
{
    _cleanup_close_ int fd = open_in_root(app->rootfs, path, O_PATH, 0);

    return fd >= 0;
}

static int bind_socket(const Host *host, const HostApp *app, ReceiveKind kind, const char *target,
                       Error *reterr)
{
    char path[HOST_SOCKET_PATH_MAX];

    if (app->receiver.sockets[kind] < 0)
        return 0;
    host_socket_path(host, app, kind, path);
    return bind_shared(app, path, target, MOUNT_TARGET_FILE, reterr);
}

static int attach_shared(const Host *host, const HostApp *app, Error *reterr)
{
    static const struct {
        const char *path, *target;
        MountTarget kind;
    } shared[] = {
        { "/etc/hostname", "/etc/hostname", MOUNT_TARGET_FILE },
        { HOST_HOSTS_PATH, "/etc/hosts", MOUNT_TARGET_FILE },
        { HOST_RESOLV_CONF_PATH, "/etc/resolv.conf", MOUNT_TARGET_FILE },
        { HOST_IDENTITY_PATH, "/run/host", MOUNT_TARGET_DIRECTORY },
    };
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(shared); i++)
        r = bind_shared(app, shared[i].path, shared[i].target, shared[i].kind, reterr);
    if (r >= 0 && !exists_in_root(app, "/etc/hosts"))
        r = bind_shared(app, "/etc/hosts", "/etc/hosts", MOUNT_TARGET_FILE, reterr);
    if (r >= 0)
        r = bind_socket(host, app, RECEIVE_NOTIFY, "/run/systemd/notify", reterr);
    if (r >= 0)
        r = bind_socket(host, app, RECEIVE_NATIVE, "/run/systemd/journal/socket", reterr);
    return r < 0 ? r : 0;
}

static int attach_volumes(HostApp *app, Error *reterr)
{
    for (size_t i = 0; i < app->plan->n_mounts; i++) {
        const PlanMount *m = &app->plan->mounts[i];
        struct stat st;
        int r;

        if (fstat(app->volumes[i], &st) < 0)
            return error_set_errno(reterr, -errno, "volume \"%s\"", m->source);
        r = mount_attach_at(app->volumes[i], app->rootfs, m->target,
                            S_ISDIR(st.st_mode) ? MOUNT_TARGET_DIRECTORY : MOUNT_TARGET_FILE, reterr);
        if (r < 0)
            return error_prefix(reterr, r, "cannot mount volume \"%s\" at %s", m->source, m->target);
    }
    return 0;
}

/* Behind the volumes, one of which may be /run. */
static int attach_credentials(const HostApp *app, Error *reterr)
{
    return app->credentials < 0 ? 0
                                : mount_attach_at(app->credentials, app->rootfs, STAGE1_CREDENTIALS_PATH,
                                                  MOUNT_TARGET_DIRECTORY, reterr);
}

static int enter_app_root(Host *host, HostApp *app, Error *reterr)
{
    _cleanup_close_ int stage = open(HOST_STAGE_PATH, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r;

    if (stage < 0)
        return error_set_errno(reterr, -errno, "cannot open the pod's %s", HOST_STAGE_PATH);
    r = mount_attach(app->rootfs, stage);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot attach the app's root");
    r = attach_api(host, app, reterr);
    if (r >= 0)
        r = attach_shared(host, app, reterr);
    if (r >= 0)
        r = app_root_make_missing(app->rootfs, reterr);
    if (r >= 0)
        r = attach_volumes(app, reterr);
    if (r >= 0)
        r = attach_credentials(app, reterr);
    if (r < 0)
        return r;
    if (app->plan->read_only_rootfs) {
        r = mount_set_attributes(app->rootfs, MOUNT_ATTR_RDONLY, 0, false);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot make the app's root read-only");
    }
    r = mount_enter_root(app->rootfs);
    return r < 0 ? error_set_errno(reterr, r, "cannot enter the app's root") : 0;
}

/* ----- The program ----- */

/* Sockets are the program's alone, not its handlers'. */
static bool gets_sockets(const HostApp *app)
{
    return app->sockets.n > 0 && app->stage == APP_RUNNING;
}

/* In the process that is to be the app's: WATCHDOG_PID is its number as it sees itself. */
static int extend_environment(const Host *host, const HostApp *app, char ***ret)
{
    _cleanup_strv_ char **environment = NULL;
    int r = program_environment(app->plan, host->uuid, &environment);

    if (r >= 0 && host_app_notifies(app->plan))
        r = strv_extend(&environment, "NOTIFY_SOCKET=/run/systemd/notify");
    if (r >= 0 && app->plan->watchdog && host->watchdog_us > 0 && app->stage == APP_RUNNING) {
        r = strv_extendf(&environment, "WATCHDOG_USEC=%llu", (unsigned long long) host->watchdog_us);
        if (r >= 0)
            r = strv_extendf(&environment, "WATCHDOG_PID=%d", (int) getpid());
    }
    if (r >= 0 && gets_sockets(app))
        r = app_sockets_describe(&app->sockets, &environment);
    if (r >= 0 && app->has_terminal && getenv("TERM"))
        r = strv_set_variable(&environment, "TERM", getenv("TERM"));
    if (r >= 0)
        *ret = TAKE_PTR(environment);
    return r;
}

/* Those of an interactive pod are the program's alone. */
static int place_stdio(const HostApp *app, Error *reterr)
{
    bool own = app->stage == APP_RUNNING && app->stdio[STDIN_FILENO] >= 0;
    const int fds[] = {
        own ? app->stdio[STDIN_FILENO] : app->null,
        app->plan->stdout_mode == PLAN_STDIO_NULL ? app->null
        : own                                     ? app->stdio[STDOUT_FILENO]
                                                  : app->output,
        app->plan->stderr_mode == PLAN_STDIO_NULL ? app->null
        : own                                     ? app->stdio[STDERR_FILENO]
        : app->errors >= 0                        ? app->errors
                                                  : app->output,
    };

    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (dup2(fds[i], i) < 0)
            return error_set_errno(reterr, -errno, "cannot place the app's standard descriptors");
    if (own && app->has_terminal && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot give the app its terminal");
    return 0;
}

/* The child's ends of what it and the init say to each other. Pipes: until the exec, an app that may trace
 * could send a descriptor by a socket. */
typedef struct Report {
    int to;
    int go;   /* -EBADF: it is not held */
    int told; /* a socket for the listener of its filter, closed once that is loaded; -EBADF: it has none */
} Report;

/* What stays open for the program: its sockets, and the report until the exec. */
static int keep_descriptors(HostApp *app, Report *report, int **ret, size_t *ret_n, Error *reterr)
{
    size_t n = gets_sockets(app) ? app->sockets.n : 0;
    int *keep = calloc(n + 3, sizeof(int)), r = 0;

    if (!keep)
        return -ENOMEM;
    if (n > 0 && report->go >= 0)
        report->go = fcntl(report->go, F_DUPFD_CLOEXEC, STDERR_FILENO + 1 + (int) n);
    if (n > 0 && report->told >= 0)
        report->told = fcntl(report->told, F_DUPFD_CLOEXEC, STDERR_FILENO + 1 + (int) n);
    if (n > 0)
        r = app_sockets_place(&app->sockets, &report->to);
    for (size_t i = 0; i < n; i++)
        keep[i] = STDERR_FILENO + 1 + (int) i;
    keep[n] = report->to;
    keep[n + 1] = report->go;
    keep[n + 2] = report->told;
    sort_fds(keep, n + 3);
    *ret = keep;
    *ret_n = n + 3;
    return r < 0 ? error_set_errno(reterr, r, "cannot place the app's sockets") : 0;
}

static int become_app(Host *host, HostApp *app, bool as_root, Report *report, Error *reterr)
{
    Confinement confinement = program_confinement(app->plan, as_root, host->no_capabilities);
    _cleanup_free_ int *keep = NULL;
    sigset_t none;
    int r;

    confinement.filter = app->filter;
    confinement.n_filter = app->n_filter;
    (void) setsid();
    if (app->namespace_fd < 0)
        r = enter_app_root(host, app, reterr);
    else if (setns(app->namespace_fd, CLONE_NEWNS) < 0)
        r = error_set_errno(reterr, -errno, "cannot join the app's mounts");
    else
        r = 0;
    if (r >= 0)
        r = place_stdio(app, reterr);
    if (r >= 0)
        r = keep_descriptors(app, report, &keep, &confinement.n_keep, reterr);
    if (r < 0)
        return r;
    confinement.keep = keep;
    confinement.told = report->told;
    (void) signal(SIGPIPE, SIG_DFL);
    (void) sigemptyset(&none);
    (void) sigprocmask(SIG_SETMASK, &none, NULL);
    (void) umask(0022);
    return confine_app(&confinement, reterr);
}

static bool is_held(const HostApp *app)
{
    return host_app_is_held(app->plan) && app->stage == APP_RUNNING;
}

static int await_go(const Report *report, Error *reterr)
{
    char byte = REPORT_CONFINED;

    if (write(report->to, &byte, 1) != 1 || read(report->go, &byte, 1) != 1 || byte != REPORT_GO)
        return error_set(reterr, -ECANCELED, "the pod's init did not let it go");
    return 0;
}

/* The first process of an app that has handlers must not end before we have its mount namespace, which the
 * next one joins. So it waits at its beginning until nobody holds the other end of this pipe. */
typedef struct Hold {
    int wait, held;
} Hold;
#define HOLD_INIT                                                                                            \
    {                                                                                                        \
        -EBADF, -EBADF                                                                                       \
    }

static bool is_first_of_several(const HostApp *app)
{
    return app->namespace_fd < 0 && (app->plan->pre_start || app->plan->post_stop);
}

static void await_release(Hold *hold)
{
    char byte;

    hold->held = safe_close(hold->held);
    if (hold->wait >= 0)
        (void) !read(hold->wait, &byte, 1);
}

static void hold_done(Hold *hold)
{
    hold->wait = safe_close(hold->wait);
    hold->held = safe_close(hold->held);
}

_noreturn_ static void child(Host *host, HostApp *app, char *const argv[], bool as_root, Report report)
{
    _cleanup_error_ Error error = ERROR_INIT;
    char **environment = NULL;
    int r;

    if (host->control >= 0 && app->stage == APP_RUNNING)
        (void) control_send(host->control,
                            &(ControlMessage){ .app = (uint32_t) (app - host->apps), .pid = getpid() });
    r = extend_environment(host, app, &environment);
    if (r >= 0)
        r = become_app(host, app, as_root, &report, &error);
    if (r >= 0 && is_held(app))
        r = await_go(&report, &error);
    if (r >= 0) {
        r = program_exec(argv, environment);
        (void) program_explain(argv[0], r, &error);
    }
    if (error.n == 0)
        (void) error_set_errno(&error, r, "cannot start");
    (void) dprintf(STDERR_FILENO, "Error: %s\n", error_cause(&error));
    (void) !write(report.to, &(char){ REPORT_FAILED }, 1);
    _exit(APP_EXIT_EXEC);
}

/* What only the app's own namespace holds from now on. */
static void drop_gathered(HostApp *app)
{
    app->rootfs = safe_close(app->rootfs);
    app->devices = safe_close(app->devices);
    app->credentials = safe_close(app->credentials);
    app->terminals = safe_close(app->terminals);
    for (size_t i = 0; i < app->plan->n_mounts; i++)
        app->volumes[i] = safe_close(app->volumes[i]);
}

static int make_pipe(int *ret_read, int *ret_write)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    *ret_read = fds[0];
    *ret_write = fds[1];
    return 0;
}

int host_app_start(Host *host, HostApp *app, char *const argv[], bool as_root, Error *reterr)
{
    _cleanup_close_ int to = -EBADF, go = -EBADF, told = -EBADF;
    _cleanup_(hold_done) Hold hold = HOLD_INIT;
    char path[64];
    pid_t pid;

    app->report = safe_close(app->report);
    if (make_pipe(&app->report, &to) < 0 || (is_held(app) && make_pipe(&go, &app->go) < 0) ||
        (is_first_of_several(app) && make_pipe(&hold.wait, &hold.held) < 0))
        return error_set_errno(reterr, -errno, "cannot make a pipe");
    if (app->filter && refusals_begin(&app->refusals, &told) < 0)
        return error_set_errno(reterr, -errno, "cannot make a socket");
    pid = host_clone_among_apps(host, app->namespace_fd < 0 ? CLONE_NEWNS : 0, app->cgroup);
    if (pid == 0) {
        await_release(&hold);
        child(host, app, argv, as_root, (Report){ to, go, told });
    }
    if (pid < 0)
        return error_set_errno(reterr, (int) pid, "cannot clone the app's process");
    app->pid = pid;
    if (gets_sockets(app))
        app_sockets_close(&app->sockets);
    if (app->stage == APP_RUNNING)
        host_drop_stdio(app);
    if (app->namespace_fd < 0) {
        (void) snprintf(path, sizeof(path), "%d/ns/mnt", (int) pid);
        app->namespace_fd = openat(host->proc, path, O_RDONLY | O_CLOEXEC);
        drop_gathered(app);
    }
    return 0;
}
