/* SPDX-License-Identifier: Apache-2.0 */
/* From the pod's init to an app's program. The child makes the app's mount namespace (or joins the one that
 * an earlier process of the app made) and confines itself (sandbox/confine.c has the order and the reasons).
 *
 * confine_app() closes every descriptor before it enters the working directory, which the image chose. From
 * an app's first process on, everything below its root is the app's, also its /dev: a child that joins it
 * opens nothing there by name before it is confined. */

#include "init.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "control.h"
#include "program.h"
#include "stage1/tracing.h"
#include "steps.h"

/* In the child. to, go: its ends of what it and the init say to each other; pipes, because until the exec an
 * app that may trace could send a descriptor by a socket. */
typedef struct Start {
    Init *init;
    App *app;
    char *const *argv;
    bool as_root;
    int to;
    int go;   /* -EBADF: it is not held */
    int told; /* a socket for the listener of its filter, closed once that is loaded; -EBADF: it has none */
    char **environment;
    int *keep; /* sorted up */
    size_t n_keep;
} Start;

/* Sockets are the program's alone, not its handlers'. */
static bool gets_sockets(const App *app)
{
    return app->parts->sockets.n > 0 && app->stage == APP_RUNNING;
}

/* In the process that is to be the app's: WATCHDOG_PID is its number as it sees itself. */
static int make_environment(Start *start, _unused_ Error *reterr)
{
    const App *app = start->app;
    const PodSettings *pod = start->init->pod;
    char ***environment = &start->environment;
    int r = program_environment(app->plan, pod->uuid, environment);

    if (r >= 0 && plan_app_notifies(app->plan))
        r = strv_extend(environment, "NOTIFY_SOCKET=/run/systemd/notify");
    if (r >= 0 && app->plan->watchdog && pod->watchdog_us > 0 && app->stage == APP_RUNNING) {
        r = strv_extendf(environment, "WATCHDOG_USEC=%llu", (unsigned long long) pod->watchdog_us);
        if (r >= 0)
            r = strv_extendf(environment, "WATCHDOG_PID=%d", (int) getpid());
    }
    if (r >= 0 && gets_sockets(app))
        r = app_sockets_describe(&app->parts->sockets, environment);
    if (r >= 0 && app->parts->has_terminal && getenv("TERM"))
        r = strv_set_variable(environment, "TERM", getenv("TERM"));
    return r;
}

static int enter_mounts(Start *start, Error *reterr)
{
    (void) setsid();
    if (start->app->namespace_fd < 0)
        return app_mounts_enter(start->init, start->app, reterr);
    return setns(start->app->namespace_fd, CLONE_NEWNS) < 0 ? -errno : 0;
}

/* Those of an interactive pod are the program's alone. */
static int place_stdio(Start *start, _unused_ Error *reterr)
{
    const App *app = start->app;
    const int *fds = app->parts->fds;
    bool own = app->stage == APP_RUNNING && fds[APP_FD_STDIN] >= 0;
    const int places[] = {
        own ? fds[APP_FD_STDIN] : fds[APP_FD_NULL],
        app->plan->stdout_mode == PLAN_STDIO_NULL ? fds[APP_FD_NULL]
        : own                                     ? fds[APP_FD_STDOUT]
                                                  : fds[APP_FD_OUTPUT],
        app->plan->stderr_mode == PLAN_STDIO_NULL ? fds[APP_FD_NULL]
        : own                                     ? fds[APP_FD_STDERR]
        : fds[APP_FD_ERRORS] >= 0                 ? fds[APP_FD_ERRORS]
                                                  : fds[APP_FD_OUTPUT],
    };

    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (dup2(places[i], i) < 0)
            return -errno;
    return own && app->parts->has_terminal && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0 ? -errno : 0;
}

/* What stays open for the program: its sockets, and the report until the exec. */
static int keep_descriptors(Start *start, _unused_ Error *reterr)
{
    AppSockets *sockets = &start->app->parts->sockets;
    size_t n = gets_sockets(start->app) ? sockets->n : 0;
    int above = STDERR_FILENO + 1 + (int) n, r = 0;
    int *keep = start->keep = calloc(n + 3, sizeof(int));

    if (!keep)
        return -ENOMEM;
    if (n > 0 && start->go >= 0)
        start->go = fcntl(start->go, F_DUPFD_CLOEXEC, above);
    if (n > 0 && start->told >= 0)
        start->told = fcntl(start->told, F_DUPFD_CLOEXEC, above);
    if (n > 0)
        r = app_sockets_place(sockets, &start->to);
    for (size_t i = 0; i < n; i++)
        keep[i] = STDERR_FILENO + 1 + (int) i;
    keep[n] = start->to;
    keep[n + 1] = start->go;
    keep[n + 2] = start->told;
    start->n_keep = n + 3;
    sort_fds(keep, start->n_keep);
    return r;
}

static int confine(Start *start, Error *reterr)
{
    const AppParts *parts = start->app->parts;
    Confinement confinement =
            program_confinement(start->app->plan, start->as_root, start->init->pod->no_capabilities);
    sigset_t none;

    confinement.filter = parts->filter;
    confinement.n_filter = parts->n_filter;
    confinement.told = start->told;
    confinement.keep = start->keep;
    confinement.n_keep = start->n_keep;
    (void) signal(SIGPIPE, SIG_DFL);
    (void) sigemptyset(&none);
    (void) sigprocmask(SIG_SETMASK, &none, NULL);
    (void) umask(0022);
    return confine_app(&confinement, reterr);
}

static bool is_held(const App *app)
{
    return tracing_app_is_held(app->plan) && app->stage == APP_RUNNING;
}

static int await_go(Start *start, Error *reterr)
{
    char byte = REPORT_CONFINED;

    if (!is_held(start->app))
        return 0;
    if (write(start->to, &byte, 1) != 1 || read(start->go, &byte, 1) != 1 || byte != REPORT_GO)
        return error_set(reterr, -ECANCELED, "the pod's init did not let it go");
    return 0;
}

static int execute(Start *start, Error *reterr)
{
    int r = program_exec(start->argv, start->environment);

    return program_explain(start->argv[0], r, reterr);
}

static const struct {
    const char *doing;
    int (*perform)(Start *start, Error *reterr);
} steps[] = {
    { "make the app's environment", make_environment },
    { "enter the app's mounts", enter_mounts },
    { "place the app's standard descriptors", place_stdio },
    { "place the app's sockets", keep_descriptors },
    { "confine the app", confine },
    /* Confined: an app that may trace finds no more in us than it has. */
    { "await the others", await_go },
    { "run the program", execute },
};

_noreturn_ static void become_app(Start *start)
{
    const Init *init = start->init;
    _cleanup_error_ Error error = ERROR_INIT;

    if (init->control >= 0 && start->app->stage == APP_RUNNING)
        (void) control_send(init->control, &(ControlMessage){ .app = (uint32_t) (start->app - init->apps),
                                                              .pid = getpid() });
    (void) STEPS_PERFORM(steps, start, &error);
    (void) dprintf(STDERR_FILENO, "Error: %s\n", error_cause(&error));
    (void) !write(start->to, &(char){ REPORT_FAILED }, 1);
    _exit(APP_EXIT_EXEC);
}

/* ----- In the init ----- */

/* The first process of an app that has handlers must not end before we have its mount namespace, which the
 * next one joins. So it waits at its beginning until nobody holds the other end of this pipe. */
typedef struct Hold {
    int wait, held;
} Hold;
#define HOLD_INIT                                                                                            \
    {                                                                                                        \
        -EBADF, -EBADF                                                                                       \
    }

static bool is_first_of_several(const App *app)
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

static int make_pipe(int *ret_read, int *ret_write)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    *ret_read = fds[0];
    *ret_write = fds[1];
    return 0;
}

static void take_mounts(const Init *init, App *app)
{
    char path[64];

    (void) snprintf(path, sizeof(path), "%d/ns/mnt", (int) app->pid);
    app->namespace_fd = openat(init->proc, path, O_RDONLY | O_CLOEXEC);
    app_parts_close(app->parts, APP_FDS_MOUNTS, app->parts->n_fds);
}

int app_start_process(Init *init, App *app, char *const argv[], bool as_root, Error *reterr)
{
    _cleanup_close_ int to = -EBADF, go = -EBADF, told = -EBADF;
    _cleanup_(hold_done) Hold hold = HOLD_INIT;
    pid_t pid;

    app->report = safe_close(app->report);
    if (make_pipe(&app->report, &to) < 0 || (is_held(app) && make_pipe(&go, &app->go) < 0) ||
        (is_first_of_several(app) && make_pipe(&hold.wait, &hold.held) < 0))
        return error_set_errno(reterr, -errno, "cannot make a pipe");
    if (app->parts->filter && refusals_begin(&app->refusals, &told) < 0)
        return error_set_errno(reterr, -errno, "cannot make a socket");
    pid = reaper_clone_app(&init->reaper, app->namespace_fd < 0 ? CLONE_NEWNS : 0,
                           app->parts->fds[APP_FD_CGROUP]);
    if (pid == 0) {
        await_release(&hold);
        become_app(&(Start){ .init = init,
                             .app = app,
                             .argv = argv,
                             .as_root = as_root,
                             .to = to,
                             .go = go,
                             .told = told });
    }
    if (pid < 0)
        return error_set_errno(reterr, (int) pid, "cannot clone the app's process");
    app->pid = pid;
    if (gets_sockets(app))
        app_sockets_close(&app->parts->sockets);
    if (app->stage == APP_RUNNING)
        app_parts_close(app->parts, APP_FDS_STDIO, APP_FDS_MOUNTS);
    if (app->namespace_fd < 0)
        take_mounts(init, app);
    return 0;
}
