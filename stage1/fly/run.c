/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `run` of the flavour fly: UUID's directory is our working directory, locked by $RKT_LOCK_FD.
 * We become the app: the program that started rkt has the app as its child, with the descriptors that it
 * gave, and systemd has it as the main process of its service. So the lock stays open in the app, which may
 * close it: the pod runs as long as any process has it, or has the app's mounts.
 *
 * That the pod is ready is said right before the exec, when the program has been found: nobody is there to
 * say it later, and a program that ends at once must not have ended before it was heard. */

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/process.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "fly.h"
#include "stage1/interface.h"
#include "stage1/layout.h"
#include "journal/notify.h"
#include "program.h"
#include "sandbox/cgroup.h"
#include "service-process.h"

enum { FLY_EXIT_FAILURE = 254, FLY_EXIT_EXEC = 203, BARRIER_MS = 10 * 1000 };

/* ----- What fly can't do is refused ----- */

static int check_arguments(const RunArguments *arguments, Error *reterr)
{
    const char *journal = getenv(STAGE1_ENV_JOURNAL);

    if (!streq(arguments->network, "host") && !streq(arguments->network, "default"))
        return error_set(reterr, -EOPNOTSUPP,
                         "--net=%s: apps of this stage1 have the host's network: leave it out",
                         arguments->network);
    if (arguments->hostname)
        return error_set(reterr, -EOPNOTSUPP, "--hostname=%s: apps of this stage1 have the host's name",
                         arguments->hostname);
    if (streq(arguments->ipc, "private"))
        return error_set(reterr, -EOPNOTSUPP, "--ipc=private: apps of this stage1 have the host's IPC");
    if ((journal && streq(journal, "pod")) || getenv(STAGE1_ENV_JOURNAL_MAX_USE))
        return error_set(reterr, -EOPNOTSUPP,
                         "--journal=pod: apps of this stage1 write where rkt itself does");
    if (getenv(STAGE1_ENV_LINE_BURST) || getenv(STAGE1_ENV_LINE_INTERVAL))
        return error_set(reterr, -EOPNOTSUPP,
                         "--log-rate-limit-burst and -interval: the app of this stage1 writes where rkt "
                         "itself does; its unit's limit counts");
    return 0;
}

static int check_plan(const Plan *plan, Error *reterr)
{
    const PlanApp *app = plan->apps;

    if (plan->n_apps != 1)
        return error_set(reterr, -EOPNOTSUPP, "flavor \"fly\" only supports 1 application per pod, not %zu",
                         plan->n_apps);
    if (app->pre_start || app->post_stop)
        return error_set(reterr, -EOPNOTSUPP, "app %s has event handlers, which this stage1 does not run",
                         app->name);
    if (app->reload_signal)
        return error_set(reterr, -EOPNOTSUPP, "app %s: this stage1 does not pass on reload signals",
                         app->name);
    if (app->stop_signal && app->stop_signal != SIGTERM)
        return error_set(reterr, -EOPNOTSUPP, "app %s: with this stage1 only SIGTERM can be its stop signal",
                         app->name);
    if (cgroup_limits_need(&app->limits) | cgroup_limits_need(&app->wishes))
        log_warning(
                "app %s: this stage1 sets no limits; those of a unit around it hold (MemoryMax=, CPUQuota=)",
                app->name);
    return 0;
}

/* ----- What others read ----- */

static int put_text(const char *name, pid_t number, Error *reterr)
{
    char text[16];
    int n = snprintf(text, sizeof(text), "%d", (int) number),
        r = write_file_at(AT_FDCWD, name, text, (size_t) n, 0644, 0);

    return r < 0 ? error_set_errno(reterr, r, "cannot write the pod's %s", name) : 0;
}

static int put_time(const Fly *fly, const char *suffix, Error *reterr)
{
    _cleanup_free_ char *name = string_concat(fly->app->name, suffix);
    int r = name ? write_file_at(fly->status_dir, name, "", 0, 0644, 0) : -ENOMEM;

    return r < 0 ? error_set_errno(reterr, r, "cannot record that the app starts") : 0;
}

static int record_start(Fly *fly, Error *reterr)
{
    int r = process_note(AT_FDCWD, STAGE1_PROCESS, getpid());

    if (r < 0)
        return error_set_errno(reterr, r, "cannot note the app's process");
    r = put_text(STAGE1_PGID, getpgrp(), reterr);
    if (r >= 0)
        r = put_text(STAGE1_PID, getpid(), reterr);
    if (r < 0)
        return r;
    fly->pod_dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fly->pod_dir < 0)
        return error_set_errno(reterr, -errno, "cannot open the pod's directory");
    fly->status_dir = open(STAGE1_STATUS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fly->status_dir < 0)
        return error_set_errno(reterr, -errno, "cannot open the pod's %s", STAGE1_STATUS);
    return put_time(fly, STAGE1_STATUS_CREATED, reterr);
}

/* By way of the directory, for no path leads there any more. */
static int tell_ready(const Fly *fly, Error *reterr)
{
    int r = put_time(fly, STAGE1_STATUS_STARTED, reterr);

    if (r >= 0 && symlinkat("ready", fly->status_dir, "../supervisor-status") < 0)
        r = error_set_errno(reterr, -errno, "cannot record that the pod is ready");
    if (r < 0 || fly->notify < 0 || fly->app->notify)
        return r;
    r = notify_send(fly->notify, "READY=1\nSTATUS=");
    if (r >= 0)
        r = notify_barrier(fly->notify, BARRIER_MS);
    return r < 0 ? error_set_errno(reterr, r, "cannot tell systemd that the pod is ready") : 0;
}

/* ----- The program ----- */

/* The numbers in our own variables are right for the app, which is us. */
static int add_own(char ***environment, const char *const *names, size_t n)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i++) {
        const char *value = getenv(names[i]);

        if (value)
            r = strv_set_variable(environment, names[i], value);
    }
    return r;
}

static int make_environment(const Fly *fly, char ***ret)
{
    static const char *const watchdog[] = { "WATCHDOG_PID", "WATCHDOG_USEC" };
    const char *notify = fly->app_notifies ? getenv("NOTIFY_SOCKET") : NULL;
    _cleanup_strv_ char **environment = NULL;
    int r = program_environment(fly->app, fly->arguments.uuid, &environment);

    if (r >= 0 && notify)
        r = strv_set_variable(&environment, "NOTIFY_SOCKET", *notify == '/' ? FLY_NOTIFY_PATH : notify);
    if (r >= 0 && notify && fly->app->watchdog)
        r = add_own(&environment, watchdog, ELEMENTSOF(watchdog));
    if (r >= 0 && fly->sockets.n > 0)
        r = app_sockets_describe(&fly->sockets, &environment);
    if (r >= 0)
        *ret = TAKE_PTR(environment);
    return r;
}

/* The sockets are the lowest, and where they have to be: all are this app's. */
static int keep_descriptors(const Fly *fly, int **ret, size_t *ret_n)
{
    size_t n = fly->sockets.n;
    int *keep = calloc(n + 1, sizeof(int)), r = 0;

    if (!keep)
        return -ENOMEM;
    *ret = keep;
    *ret_n = n + 1;
    for (size_t i = 0; r >= 0 && i < n; i++) {
        keep[i] = fly->sockets.items[i].fd;
        r = fd_set_cloexec(keep[i], false);
    }
    keep[n] = fly->lock;
    return r < 0 ? r : fd_set_cloexec(fly->lock, false);
}

/* Before the host's /dev/null is out of sight. */
static int place_stdio(const PlanApp *app, Error *reterr)
{
    const PlanStdio modes[] = { app->stdin_mode, app->stdout_mode, app->stderr_mode };
    _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return error_set_errno(reterr, -errno, "cannot open /dev/null");
    for (int i = 0; i < (int) ELEMENTSOF(modes); i++)
        if (modes[i] == PLAN_STDIO_NULL && dup2(null, i) < 0)
            return error_set_errno(reterr, -errno, "cannot place the app's standard descriptors");
    return 0;
}

static int become_app(const Fly *fly, Error *reterr)
{
    Confinement confinement = program_confinement(fly->app, false, true);
    _cleanup_strv_ char **environment = NULL;
    _cleanup_free_ int *keep = NULL;
    int r = make_environment(fly, &environment);

    if (r >= 0)
        r = keep_descriptors(fly, &keep, &confinement.n_keep);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the app's environment");
    confinement.keep = keep;
    confinement.no_new_privileges = false;
    (void) umask(0022);
    if (chdir(fly->app->working_directory) < 0)
        return error_set_errno(reterr, -errno, "cannot enter the working directory \"%s\"",
                               fly->app->working_directory);
    r = program_find(fly->app->exec[0], environment);
    if (r >= 0) {
        r = tell_ready(fly, reterr);
        if (r >= 0)
            r = confine_app(&confinement, reterr);
        if (r < 0)
            return r;
        r = program_exec(fly->app->exec, environment);
    }
    (void) program_explain(fly->app->exec[0], r, reterr);
    (void) dprintf(STDERR_FILENO, "Error: %s\n", error_cause(reterr));
    _exit(FLY_EXIT_EXEC);
}

static bool is_notifying_service(const char *unit)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int cgroup = -EBADF;

    return getenv("NOTIFY_SOCKET") && cgroup_open_pid(0, &cgroup, &path) >= 0 &&
           service_process_is_main(path, unit);
}

static int run(Fly *fly, int argc, char *argv[], Error *reterr)
{
    int r = spawn_prepare();

    if (r >= 0)
        r = run_arguments_parse(&fly->arguments, argc, argv, reterr);
    log_setup("stage1", fly->arguments.debug);
    if (r >= 0)
        r = check_arguments(&fly->arguments, reterr);
    if (r >= 0)
        r = run_take_lock(&fly->lock, reterr);
    if (r >= 0)
        r = plan_read(fly->lock, &fly->plan, reterr);
    if (r >= 0)
        r = check_plan(fly->plan, reterr);
    if (r < 0)
        return r;
    fly->app = fly->plan->apps;
    r = sockets_take(fly->plan, &fly->sockets, reterr);
    if (r < 0)
        return r;
    if (is_notifying_service(fly->plan->unit)) {
        fly->app_notifies = fly->app->notify || fly->app->watchdog;
        r = notify_open(NULL, &fly->notify);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot reach the service manager");
    }
    r = record_start(fly, reterr);
    if (r >= 0)
        r = place_stdio(fly->app, reterr);
    if (r >= 0)
        r = fly_enter_root(fly, reterr);
    if (r >= 0) {
        r = process_note_mounts(fly->pod_dir, STAGE1_MOUNTS);
        if (r < 0)
            (void) error_set_errno(reterr, r, "cannot note the app's mounts");
    }
    return r < 0 ? r : become_app(fly, reterr);
}

int main(int argc, char *argv[])
{
    _cleanup_error_ Error error = ERROR_INIT;
    Fly fly = { .arguments = RUN_ARGUMENTS_INIT,
                .lock = -EBADF,
                .pod_dir = -EBADF,
                .status_dir = -EBADF,
                .notify = -EBADF };
    int r = run(&fly, argc, argv, &error);

    error_print(&error, r, "stage1", fly.arguments.debug);
    return r == SOCKETS_MISFIT && fly.plan && fly.plan->unit ? SOCKETS_EXIT_MISFIT : FLY_EXIT_FAILURE;
}
