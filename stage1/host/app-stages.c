/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of an app: its handler before, its program, its handler after. Init apps run one after the
 * other, each to its end, before the others start together. */

#include "init.h"

#include <linux/capability.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "bare.h"
#include "base/file-util.h"
#include "base/log.h"
#include "control.h"
#include "entry-record.h"
#include "sandbox/capability.h"
#include "sandbox/cgroup.h"
#include "stage1/layout.h"
#include "stage1/tracing.h"

/* What is done for an app before the loop looks at everything else again. */
enum { REAPED_AT_ONCE = 64 };

static void write_status(const Init *init, const App *app, const char *suffix, int value)
{
    char name[256], text[16];
    int r;

    (void) snprintf(name, sizeof(name), "%s%s", app->plan->name, suffix);
    (void) snprintf(text, sizeof(text), "%d", value);
    r = write_file_at(init->status_dir, name, text, *suffix ? 0 : strlen(text), 0644, 0);
    if (r < 0)
        log_warning("cannot record the status of app %s: %s", name, strerror(-r));
}

static int app_start_stage(Init *init, App *app)
{
    const PlanApp *plan = app->plan;
    _cleanup_error_ Error error = ERROR_INIT;
    int r;

    switch (app->stage) {
    case APP_PRE_START: r = app_start_process(init, app, plan->pre_start, true, &error); break;
    case APP_POST_STOP: r = app_start_process(init, app, plan->post_stop, true, &error); break;
    case APP_RUNNING:
        r = app_start_process(init, app, plan->exec, false, &error);
        if (r >= 0 && !tracing_app_is_held(plan)) /* nobody is to enter it yet */
            (void) entry_record_write_app(init->status_dir, app->plan->name, app->namespace_fd);
        break;
    default: return 0;
    }
    if (r < 0)
        error_print(&error, r, plan->name, init->pod->debug);
    return r;
}

static void app_finish(Init *init, App *app)
{
    bool failed = app->status != 0;

    app->stage = APP_DONE;
    app->pid = 0;
    app->deadline_ns = 0;
    write_status(init, app, "", app->status);
    if (failed && init->phase == POD_RUNNING) {
        app->failed = true;
        init->status = app->status;
        app_begin_failure(init, app);
        pod_stop(init);
    } else if (!pod_is_over(init))
        service_note_finished(init, app);
}

static void app_start(Init *init, App *app)
{
    write_status(init, app, STAGE1_STATUS_CREATED, 0);
    app->stage = app->plan->pre_start ? APP_PRE_START : APP_RUNNING;
    if (app_start_stage(init, app) < 0) {
        app->status = POD_EXIT_FAILURE;
        app_finish(init, app);
    }
}

void apps_start(Init *init, bool held)
{
    FOREACH_APP (app, init)
        if (init->phase == POD_RUNNING && !app->plan->init && tracing_app_is_held(app->plan) == held)
            app_start(init, app);
}

/* One init app after the other, each when the one before has succeeded, then all others. */
void apps_start_next(Init *init)
{
    if (init->begun || init->phase != POD_RUNNING)
        return;
    FOREACH_APP (app, init) {
        if (!app->plan->init || app->stage == APP_DONE)
            continue;
        if (app->stage == APP_WAITING)
            app_start(init, app);
        return;
    }
    init->begun = true;
    apps_start(init, false);
}

/* An app that is stopped because another failed has not failed itself, as with the original. */
static bool ended_for_another(const Init *init, const App *app)
{
    return init->phase == POD_STOPPING && init->status != 0 && !app->aborted &&
           app->signal == app_stop_signal(app);
}

/* One process of an app has ended: on to the next stage. */
static void app_advance(Init *init, App *app, int status)
{
    app->pid = 0;
    switch (app->stage) {
    case APP_PRE_START:
        if (status != 0 || init->phase != POD_RUNNING) {
            app->status = status;
            app_finish(init, app);
            return;
        }
        app->stage = APP_RUNNING;
        if (app_start_stage(init, app) < 0) {
            app->status = POD_EXIT_FAILURE;
            app_finish(init, app);
        }
        return;
    case APP_RUNNING:
        app->status = ended_for_another(init, app) ? 0 : status;
        if (app->parts->fds[APP_FD_CGROUP] >= 0)
            (void) (app->plan->post_stop ? cgroup_clear(app->parts->fds[APP_FD_CGROUP])
                                         : cgroup_kill(app->parts->fds[APP_FD_CGROUP]));
        if (app->plan->post_stop && !app->killed) {
            app->stage = APP_POST_STOP;
            app_limit_time(app);
            if (app_start_stage(init, app) >= 0)
                return;
        }
        app_finish(init, app);
        return;
    default: app_finish(init, app); return;
    }
}

/* With it went all apps; nothing can be started any more. */
static void note_reaper_ended(Init *init)
{
    log_error("the first process of the apps' pid namespace has ended");
    if (init->status == 0)
        init->status = POD_EXIT_FAILURE;
    pod_stop(init);
    pod_kill(init);
}

void apps_reap(Init *init)
{
    struct signalfd_siginfo heard;

    (void) !read(init->children, &heard, sizeof(heard));
    init->unreaped = false;
    for (unsigned n = 0; n < REAPED_AT_ONCE; n++) {
        siginfo_t info = { .si_pid = 0 };

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
            return;
        if (info.si_pid == init->reaper.pid)
            note_reaper_ended(init);
        FOREACH_APP (app, init) {
            if (carrier_note_end(&app->carriers[0], info.si_pid) ||
                carrier_note_end(&app->carriers[1], info.si_pid) ||
                receiver_note_end(&app->parts->receiver, info.si_pid) || app->pid != info.si_pid)
                continue;
            if (info.si_code == CLD_KILLED && info.si_status == SIGKILL &&
                info.si_pid == app->refusals.ended && !app->killed)
                info.si_status = SIGSYS; /* it would not have it */
            if (app->stage <= APP_RUNNING)
                app->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
            app_advance(init, app, info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
        }
    }
    init->unreaped = true;
}

/* ----- Rights ----- */

static bool needs_rights(const Init *init)
{
    FOREACH_APP (app, init) {
        if (app->stage < APP_RUNNING || (app->stage == APP_RUNNING && app->plan->post_stop))
            return true;
    }
    return false;
}

/* Once nothing is left to start, we need to signal other users' processes and no more: we read what apps say.
 */
void init_drop_rights(Init *init)
{
    const uint64_t kept = UINT64_C(1) << CAP_KILL;
    int r;

    if (init->unprivileged || needs_rights(init))
        return;
    init->unprivileged = true;
    r = capability_bound(kept);
    if (r >= 0)
        r = capability_set(kept);
    if (r >= 0)
        return;
    log_error("cannot drop the rights of the pod's init: %s", strerror(-r));
    _exit(POD_EXIT_FAILURE);
}

/* ----- Readiness ----- */

void pod_note_ready(Init *init)
{
    bool executed = true, ready = true;

    if (init->ready || !init->begun || init->phase != POD_RUNNING)
        return;
    FOREACH_APP (app, init) {
        executed = executed && app->executed;
        ready = ready && (app->ready || (app->plan->init && app->stage == APP_DONE));
    }
    if (executed && !ready)
        service_note_change(init);
    if (!ready)
        return;
    init->ready = true;
    if (symlinkat("ready", init->status_dir, "../supervisor-status") < 0)
        log_warning("cannot record that the pod is ready: %s", strerror(errno));
    service_tell_ready(init);
    (void) malloc_trim(0);
    bare_forget_program();
}

/* The report closes without a word when exec succeeded; else the child says why on its own standard error. */
void app_hear_report(Init *init, App *app)
{
    char byte;
    bool failed = read(app->report, &byte, 1) > 0;

    if (failed && byte == REPORT_CONFINED) {
        app->confined = true;
        return;
    }
    app->report = safe_close(app->report);
    if (failed || app->stage != APP_RUNNING)
        return;
    app->executed = true;
    if (!app->plan->notify)
        app->ready = true;
    if (app->plan->init)
        service_note_change(init);
    pod_note_ready(init);
}
