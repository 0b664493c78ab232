/* SPDX-License-Identifier: Apache-2.0 */
/* How a pod ends, and with which status.
 *
 * - The first app to fail ends the pod: the others are stopped, and its status is the pod's.
 * - Asked to stop (SIGTERM, SIGRTMIN+3, SIGRTMIN+4) it exits 0 unless an app had to be killed; SIGINT asks
 * for a reboot and exits 133; a declared pod that machinectl powers off exits 132. An app's true status is in
 * status/APP either way. */

#include "init.h"

#include <signal.h>

#include "base/log.h"
#include "base/time-util.h"
#include "sandbox/cgroup.h"

enum { STOP_TIMEOUT_DEFAULT_S = 10 };

static bool app_has_process(const App *app)
{
    return app->pid > 0;
}

void app_signal(App *app, int signal_number)
{
    if (!app_has_process(app))
        return;
    if (signal_number == SIGKILL)
        app->killed = true;
    if (signal_number == SIGKILL && app->parts->fds[APP_FD_CGROUP] >= 0 &&
        cgroup_kill(app->parts->fds[APP_FD_CGROUP]) >= 0)
        return;
    (void) kill(app->pid, signal_number);
}

int app_stop_signal(const App *app)
{
    return app->plan->stop_signal > 0 ? app->plan->stop_signal : SIGTERM;
}

void app_limit_time(App *app)
{
    int64_t timeout = (int64_t) app->plan->stop_timeout_ns;

    app->deadline_ns = monotonic_ns() + (timeout > 0 ? timeout : STOP_TIMEOUT_DEFAULT_S * 1000000000LL);
}

/* A post-stop handler belongs to an end that has begun already: it has time of its own. */
void pod_stop(Init *init)
{
    if (init->phase != POD_RUNNING)
        return;
    init->phase = POD_STOPPING;
    FOREACH_APP (app, init) {
        if (app->stage == APP_WAITING)
            app->stage = APP_DONE;
        if (!app_has_process(app) || app->stage == APP_POST_STOP)
            continue;
        if (!app->aborted)
            app_signal(app, app_stop_signal(app));
        app_limit_time(app);
    }
    service_tell_stopping(init);
}

/* The watchdog ran out: apps that did not answer it are to dump core, the others are stopped. */
void pod_abort(Init *init)
{
    if (init->phase != POD_RUNNING)
        return;
    FOREACH_APP (app, init) {
        app->aborted = service_app_is_watched(app) && !app->pinged;
        if (!app->aborted)
            continue;
        log_error("app %s did not answer the watchdog", app->plan->name);
        app_signal(app, SIGABRT);
    }
    init->status = 128 + SIGABRT;
    pod_stop(init);
}

void pod_kill(Init *init)
{
    FOREACH_APP (app, init)
        app_signal(app, SIGKILL);
}

/* Those that had their time to stop. */
void pod_kill_overdue(Init *init)
{
    FOREACH_APP (app, init) {
        if (app->deadline_ns == 0 || app->deadline_ns > monotonic_ns())
            continue;
        app->deadline_ns = 0;
        app_signal(app, SIGKILL);
    }
}

bool pod_is_over(const Init *init)
{
    FOREACH_APP (app, init)
        if (app->stage != APP_DONE)
            return false;
    return true;
}

int pod_exit_status(const Init *init)
{
    bool killed = false, declared = init->pod->plan->unit && init->pod->service_main;

    FOREACH_APP (app, init)
        killed = killed || app->killed;
    if (init->reboot)
        return POD_EXIT_REBOOT;
    if (init->poweroff && !killed && declared)
        return POD_EXIT_POWEROFF;
    if (init->asked)
        return killed ? 128 + SIGKILL : 0;
    /* To a declared pod's unit these are requests; an app that ended so, by SIGILL or SIGTRAP, made none. */
    if (declared && (init->status == POD_EXIT_POWEROFF || init->status == POD_EXIT_REBOOT))
        return POD_EXIT_FAILURE;
    return init->status;
}
