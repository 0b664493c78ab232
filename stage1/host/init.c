/* SPDX-License-Identifier: Apache-2.0 */
/* The pod's PID 1. Once it stands in the pod's root it starts the apps, and then is one loop: it reaps,
 * carries what apps say to the journal, hears its apps' notify messages and the signals that ask the pod to
 * end.
 *
 * - Init apps run one after the other, each to its end, before the others start together.
 * - The first app to fail ends the pod: the others are stopped, and its status is the pod's.
 * - Asked to stop (SIGTERM, SIGRTMIN+3, SIGRTMIN+4) it exits 0 unless an app had to be killed; SIGINT asks
 * for a reboot and exits 133; a declared pod that machinectl powers off exits 132. An app's true status is in
 * status/APP either way. SIGHUP has a service's apps reload, SIGABRT says that its watchdog ran out.
 * - Signals are blocked and read from a descriptor: a blocked signal is never dropped for PID 1, an unhandled
 * one is. All are from outside: no app can name the init, see reaper.c.
 * - Whatever an app sends, it may only keep the loop busy for a moment, and nothing here waits for somebody
 * to read: a pod can always be stopped.
 */

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "bare.h"
#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "door.h"
#include "init.h"
#include "stage1/layout.h"
#include "sandbox/capability.h"
#include "sandbox/cgroup.h"

enum { STOP_TIMEOUT_DEFAULT_S = 10 };

/* What is done for an app before the loop looks at everything else again. */
enum { REAPED_AT_ONCE = 64 };
enum { FORGET_MS = 1000 };       /* until what hearing a message needed of the program goes from memory */
enum { LAST_ENTRIES_MS = 1000 }; /* for the journal to take what apps sent before the pod ends */
enum { LAST_LINES_MS = 5000 };   /* the same for what they wrote */
enum { LOST_LINES_MS = 500 };    /* after that, to count what it did not take */
enum { LAST_TURN_MS = 1 };
enum { CARRIER_LOOK_MS = 50 };
enum { FAILURE_MS = 1000 }; /* for what an app said to come before that it failed */

static void write_status(const Init *init, const HostApp *app, const char *suffix, int value)
{
    char name[256], text[16];
    int r;

    (void) snprintf(name, sizeof(name), "%s%s", app->plan->name, suffix);
    (void) snprintf(text, sizeof(text), "%d", value);
    r = write_file_at(init->host->status_dir, name, text, *suffix ? 0 : strlen(text), 0644, 0);
    if (r < 0)
        log_warning("cannot record the status of app %s: %s", name, strerror(-r));
}

/* ----- Ending ----- */

static bool app_has_processes(const HostApp *app)
{
    return app->pid > 0;
}

static void app_signal(HostApp *app, int signal_number)
{
    if (!app_has_processes(app))
        return;
    if (signal_number == SIGKILL)
        app->killed = true;
    if (signal_number == SIGKILL && app->cgroup >= 0 && cgroup_kill(app->cgroup) >= 0)
        return;
    (void) kill(app->pid, signal_number);
}

static int stop_signal(const HostApp *app)
{
    return app->plan->stop_signal > 0 ? app->plan->stop_signal : SIGTERM;
}

static void limit_time(HostApp *app)
{
    int64_t timeout = (int64_t) app->plan->stop_timeout_ns;

    app->deadline_ns = monotonic_ns() + (timeout > 0 ? timeout : STOP_TIMEOUT_DEFAULT_S * 1000000000LL);
}

/* A post-stop handler belongs to an end that has begun already: it has time of its own. */
static void pod_stop(Init *init)
{
    if (init->phase != POD_RUNNING)
        return;
    init->phase = POD_STOPPING;
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        if (app->stage == APP_WAITING)
            app->stage = APP_DONE;
        if (!app_has_processes(app) || app->stage == APP_POST_STOP)
            continue;
        if (!app->aborted)
            app_signal(app, stop_signal(app));
        limit_time(app);
    }
    service_tell_stopping(init);
}

/* The service manager did not hear of who asked to be watched: these dump core, the others are stopped. */
static void pod_abort(Init *init)
{
    if (init->phase != POD_RUNNING)
        return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        app->aborted = service_app_is_watched(app) && !app->pinged;
        if (!app->aborted)
            continue;
        log_error("app %s did not answer the watchdog", app->plan->name);
        app_signal(app, SIGABRT);
    }
    init->status = 128 + SIGABRT;
    pod_stop(init);
}

static void pod_kill(Init *init)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        app_signal(&init->host->apps[i], SIGKILL);
}

/* Those that had their time to stop. */
static void kill_overdue(Init *init)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        if (app->deadline_ns == 0 || app->deadline_ns > monotonic_ns())
            continue;
        app->deadline_ns = 0;
        app_signal(app, SIGKILL);
    }
}

static bool pod_is_over(const Init *init)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        if (init->host->apps[i].stage != APP_DONE)
            return false;
    return true;
}

static int pod_exit_status(const Init *init)
{
    bool killed = false, declared = init->host->plan->unit && init->host->service_main;

    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        killed = killed || init->host->apps[i].killed;
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

/* ----- Apps ----- */

static int app_start_stage(Init *init, HostApp *app)
{
    const PlanApp *plan = app->plan;
    _cleanup_error_ Error error = ERROR_INIT;
    int r;

    switch (app->stage) {
    case APP_PRE_START: r = host_app_start(init->host, app, plan->pre_start, true, &error); break;
    case APP_POST_STOP: r = host_app_start(init->host, app, plan->post_stop, true, &error); break;
    case APP_RUNNING:
        r = host_app_start(init->host, app, plan->exec, false, &error);
        if (r >= 0 && !host_app_is_held(plan)) /* nobody is to enter it yet */
            (void) door_write(init->host, app);
        break;
    default: return 0;
    }
    if (r < 0)
        error_print(&error, r, plan->name, init->host->debug);
    return r;
}

static void log_failure(const HostApp *app)
{
    const char *name = sigabbrev_np(app->signal);
    char refused[REFUSALS_TEXT_MAX];

    refusals_describe(&app->refusals, refused);
    if (app->signal == SIGSYS && *refused)
        log_error("app %s failed: SIGSYS: its filter refuses %s", app->plan->name, refused);
    else if (app->signal == SIGSYS && app->plan->filter)
        log_error("app %s failed: SIGSYS: it made a system call that its filter refuses, which the kernel's "
                  "log "
                  "may name (journalctl -k -g type=1326); allow it with Seccomp=",
                  app->plan->name);
    else if (app->signal > 0)
        log_error("app %s failed: signal %d (SIG%s)", app->plan->name, app->signal, name ? name : "?");
    else
        log_error("app %s failed: exit status %d", app->plan->name, app->status);
}

/* The foreground process hears the init and the app by different pipes. So what the app has said goes first,
 * and what says nothing more ends. */
static void begin_failure(const Init *init, HostApp *app)
{
    if (init->host->interactive) /* who sits before it has ended it so */
        return;
    if (init->host->service_main) {
        log_failure(app);
        return;
    }
    for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++)
        carrier_finish(&app->carriers[k]);
    app->tell_failure_ns = monotonic_ns() + FAILURE_MS * INT64_C(1000000);
}

static bool has_said_all(const HostApp *app)
{
    return carrier_has_ended(&app->carriers[0], 0) && carrier_has_ended(&app->carriers[1], 0);
}

/* A line without an end ends with what its carrier wrote to. */
static void tell_failures(Init *init, bool at_once)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        if (app->tell_failure_ns == 0 ||
            !(at_once || app->tell_failure_ns <= monotonic_ns() || has_said_all(app)))
            continue;
        app->tell_failure_ns = 0;
        for (size_t k = 0; k < ELEMENTSOF(app->carried); k++)
            if (carrier_has_ended(&app->carriers[k], 0)) /* else it is still asked whether it waits */
                app->carried[k] = safe_close(app->carried[k]);
        log_failure(app);
    }
}

static void app_finish(Init *init, HostApp *app)
{
    bool failed = app->status != 0;

    app->stage = APP_DONE;
    app->pid = 0;
    app->deadline_ns = 0;
    write_status(init, app, "", app->status);
    if (failed && init->phase == POD_RUNNING) {
        app->failed = true;
        init->status = app->status;
        begin_failure(init, app);
        pod_stop(init);
    } else if (!pod_is_over(init))
        service_note_finished(init, app);
}

static void start_app(Init *init, HostApp *app)
{
    write_status(init, app, STAGE1_STATUS_CREATED, 0);
    app->stage = app->plan->pre_start ? APP_PRE_START : APP_RUNNING;
    if (app_start_stage(init, app) < 0) {
        app->status = POD_EXIT_FAILURE;
        app_finish(init, app);
    }
}

static void start_apps(Init *init, bool held)
{
    Host *host = init->host;

    for (size_t i = 0; i < host->plan->n_apps && init->phase == POD_RUNNING; i++)
        if (!host->apps[i].plan->init && host_app_is_held(host->apps[i].plan) == held)
            start_app(init, &host->apps[i]);
}

/* One init app after the other, each when the one before has succeeded, then all others. */
static void start_next(Init *init)
{
    Host *host = init->host;

    if (init->begun || init->phase != POD_RUNNING)
        return;
    for (size_t i = 0; i < host->plan->n_apps; i++) {
        HostApp *app = &host->apps[i];

        if (!app->plan->init || app->stage == APP_DONE)
            continue;
        if (app->stage == APP_WAITING)
            start_app(init, app);
        return;
    }
    init->begun = true;
    start_apps(init, false);
}

/* An app that is stopped because another failed has not failed itself, as with the original. */
static bool ended_for_another(const Init *init, const HostApp *app)
{
    return init->phase == POD_STOPPING && init->status != 0 && !app->aborted &&
           app->signal == stop_signal(app);
}

/* One process of an app has ended: on to the next stage. */
static void app_advance(Init *init, HostApp *app, int status)
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
        if (app->cgroup >= 0)
            (void) (app->plan->post_stop ? cgroup_clear(app->cgroup) : cgroup_kill(app->cgroup));
        if (app->plan->post_stop && !app->killed) {
            app->stage = APP_POST_STOP;
            limit_time(app);
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

static void reap(Init *init)
{
    struct signalfd_siginfo heard;

    (void) !read(init->children, &heard, sizeof(heard));
    init->unreaped = false;
    for (unsigned n = 0; n < REAPED_AT_ONCE; n++) {
        siginfo_t info = { .si_pid = 0 };

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
            return;
        if (info.si_pid == init->host->reaper)
            note_reaper_ended(init);
        for (size_t i = 0; i < init->host->plan->n_apps; i++) {
            HostApp *app = &init->host->apps[i];

            if (carrier_note_end(&app->carriers[0], info.si_pid) ||
                carrier_note_end(&app->carriers[1], info.si_pid) ||
                receiver_note_end(&app->receiver, info.si_pid) || app->pid != info.si_pid)
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
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        const HostApp *app = &init->host->apps[i];

        if (app->stage < APP_RUNNING || (app->stage == APP_RUNNING && app->plan->post_stop))
            return true;
    }
    return false;
}

/* Once nothing is left to start, we need to signal other users' processes and no more: we read what apps say.
 */
static void drop_rights(Init *init)
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

/* ----- Apps that are held ----- */

/* Once all others run their own programs. */
static void start_held(Init *init)
{
    if (init->held_started || !init->begun)
        return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        const HostApp *app = &init->host->apps[i];

        if (!host_app_is_held(app->plan) && (app->stage < APP_RUNNING || app->report >= 0))
            return;
    }
    init->held_started = true;
    start_apps(init, true);
}

/* All at once: one that runs would find another with rights that it still needs. */
static void let_held_go(Init *init)
{
    bool waiting = false;

    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        const HostApp *app = &init->host->apps[i];

        if (host_app_is_held(app->plan) && app->report >= 0 && !app->confined)
            return;
        waiting = waiting || (app->confined && !app->let_go);
    }
    if (!waiting || !init->held_started)
        return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        if (!app->confined || app->let_go)
            continue;
        (void) door_write(init->host, app);
        (void) !write(app->go, &(char){ REPORT_GO }, 1);
        app->go = safe_close(app->go);
        app->let_go = true;
    }
}

/* ----- Readiness ----- */

static void note_ready(Init *init)
{
    bool executed = true, ready = true;

    if (init->ready || !init->begun || init->phase != POD_RUNNING)
        return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        const HostApp *app = &init->host->apps[i];

        executed = executed && app->executed;
        ready = ready && (app->ready || (app->plan->init && app->stage == APP_DONE));
    }
    if (executed && !ready)
        service_note_change(init);
    if (!ready)
        return;
    init->ready = true;
    if (symlinkat("ready", init->host->status_dir, "../supervisor-status") < 0)
        log_warning("cannot record that the pod is ready: %s", strerror(errno));
    service_tell_ready(init);
    (void) malloc_trim(0);
    bare_forget_program();
}

/* The report closes without a word when exec succeeded; else the child says why on its own standard error. */
static void hear_report(Init *init, HostApp *app)
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
    note_ready(init);
}

typedef struct Sender {
    Init *init;
    HostApp *app;
} Sender;

/* Whose message it is, its socket tells: only that app has it, and a sender may be gone by now. */
static void forget_soon(Init *init)
{
    if (init->forget_at_ns == 0)
        init->forget_at_ns = monotonic_ns() + FORGET_MS * INT64_C(1000000);
}

static void hear_app(ReceiveKind kind, char *data, size_t size, void *userdata)
{
    const Sender *sender = userdata;
    HostApp *app = sender->app;
    NotifyMessage message;

    forget_soon(sender->init);
    switch (kind) {
    case RECEIVE_NOTIFY:
        if (data && notify_parse(data, size, &message) && service_take_message(sender->init, app, &message))
            note_ready(sender->init);
        break;
    case RECEIVE_SYSLOG:
        app_entries_carry_syslog(&app->entries, &sender->init->host->journal, data, size);
        break;
    case RECEIVE_NATIVE:
        app_entries_carry_native(&app->entries, &sender->init->host->journal, data, size);
        break;
    case _RECEIVE_KIND_MAX: break;
    }
}

static bool can_hear_app(ReceiveKind kind, void *userdata)
{
    const Sender *sender = userdata;

    return kind == RECEIVE_NOTIFY || journal_way_is_ready(&sender->init->host->journal);
}

static void forget_again(Init *init)
{
    if (init->forget_at_ns == 0 || init->forget_at_ns > monotonic_ns())
        return;
    init->forget_at_ns = 0;
    bare_forget_program();
}

static void begin_entries(Host *host)
{
    host->journal.directory = host->journal_sockets;
    host->journal.is_the_hosts = !host->journal_namespace;
    for (size_t i = 0; i < host->plan->n_apps; i++)
        host->apps[i].entries = (AppEntries){
            .identifier = host->apps[i].plan->name,
            .budget = &host->apps[i].budget,
        };
}

/* What was sent before the end, a little of each app in turn: one that is not done keeps no other waiting. */
static void finish_messages(Init *init)
{
    int64_t end_ns = monotonic_ns() + LAST_ENTRIES_MS * INT64_C(1000000);
    bool more;

    do {
        more = false;
        for (size_t i = 0; i < init->host->plan->n_apps; i++) {
            HostApp *app = &init->host->apps[i];

            more = receiver_drain(&app->receiver, can_hear_app, hear_app, &(Sender){ init, app }) || more;
        }
    } while (more && monotonic_ns() < end_ns);
}

/* ----- The loop ----- */

static void take_signal(Init *init, int number)
{
    if (number == SIGABRT) {
        pod_abort(init);
        return;
    }
    /* Without a service it is the terminal that is gone. */
    if (number == SIGHUP && init->host->service_main) {
        service_reload(init);
        return;
    }
    /* Asked twice means now. */
    if (init->asked && number == SIGINT)
        pod_kill(init);
    init->asked = true;
    init->reboot = init->reboot || number == SIGINT;
    init->poweroff = init->poweroff || number == SIGRTMIN + 3 || number == SIGRTMIN + 4;
    pod_stop(init);
}

/* Whether there was one. */
static bool hear_signal(Init *init)
{
    struct signalfd_siginfo info;

    if (read(init->signals, &info, sizeof(info)) != (ssize_t) sizeof(info))
        return false;
    take_signal(init, (int) info.ssi_signo);
    return true;
}

/* machined terminates the pod. Not so, if SIGTERM went to all of the pod's processes: systemd sends it to the
 * unit's main process first, so it is there by now. */
static void hear_reaper(Init *init)
{
    if (!host_hear_reaper(init->host))
        return;
    while (hear_signal(init))
        ;
    if (!init->asked)
        take_signal(init, SIGRTMIN + 4);
}

/* ----- What apps say ----- */

/* The kernel may kill a process where memory is short. Until there is another one its app waits. */
static void renew_carriers(Init *init)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
            if (!carrier_begin_again(&app->carriers[k]))
                continue;
            if (!app->carrier_renewed)
                log_error("a process that moves what app %s says has ended before its time, and was started "
                          "again: some lines may be missing",
                          app->plan->name);
            app->carrier_renewed = true;
        }
    }
}

static void end_carriers(Init *init)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
            carrier_finish(&app->carriers[k]);
            if (init->host->service_main) /* so that the log ends with it */
                app->carried[k] = safe_close(app->carried[k]);
        }
    }
}

/* What the foreground process prints it prints when somebody reads it. Who asked for the end does not wait
 * for that. */
static void await_carriers(Init *init)
{
    unsigned left_ms = LAST_LINES_MS;

    for (size_t i = 0; i < 2 * init->host->plan->n_apps && left_ms > 0;) {
        const Carrier *carrier = &init->host->apps[i / 2].carriers[i % 2];

        if (carrier_has_ended(carrier, CARRIER_LOOK_MS))
            i++;
        else if (init->asked || !carrier_waits(carrier))
            left_ms -= CARRIER_LOOK_MS < left_ms ? CARRIER_LOOK_MS : left_ms;
        while (hear_signal(init))
            ;
    }
}

/* A little of each app in turn, so that none has all of the time. */
static void carry_last(Init *init, bool give_up, int64_t end_ns)
{
    bool over;

    do {
        over = true;
        for (size_t i = 0; i < init->host->plan->n_apps; i++)
            over = app_log_finish(&init->host->apps[i].log, give_up) && over;
    } while (!over && monotonic_ns() < end_ns && poll(NULL, 0, LAST_TURN_MS) == 0);
}

/* Where its carrier gave up, or hangs. */
static bool has_unheard(const HostApp *app)
{
    struct pollfd fds[] = { { .fd = app->console, .events = POLLIN },
                            { .fd = app->errors_end, .events = POLLIN } };

    return poll(fds, ELEMENTSOF(fds), 0) > 0 && ((fds[0].revents | fds[1].revents) & POLLIN);
}

static void finish_logs(Init *init)
{
    int64_t end_ns = monotonic_ns() + LAST_LINES_MS * INT64_C(1000000);

    carry_last(init, false, end_ns);
    carry_last(init, true, end_ns + LOST_LINES_MS * INT64_C(1000000));
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        app_log_tell_lost(&app->log, has_unheard(app));
        if ((!app->failed && !app->killed) || app->log.tail_filled == 0)
            continue;
        log_error("the last lines of app %s, which %s:", app->plan->name,
                  app->failed ? "failed" : "had to be killed");
        app_log_quote(&app->log);
    }
}

static void note_refusal(Init *init, const HostApp *app)
{
    char name[256], refused[REFUSALS_TEXT_MAX];
    int r;

    refusals_describe(&app->refusals, refused);
    (void) snprintf(name, sizeof(name), "%s" STAGE1_STATUS_REFUSED, app->plan->name);
    r = write_file_at(init->host->status_dir, name, refused, strlen(refused), 0644, 0);
    if (r < 0)
        log_warning("cannot record what the filter of app %s refused: %s", app->plan->name, strerror(-r));
    service_note_change(init);
}

static void turn_refusals(Init *init, HostApp *app, const struct pollfd *fds)
{
    int r = 0;

    for (size_t i = 0; i < REFUSALS_STAGES; i++)
        r |= fds[i].revents;
    if (r == 0)
        return;
    forget_soon(init);
    r = refusals_turn(&app->refusals, fds, init->host->proc, app->plan->name, app->pid);
    if (r > 0)
        note_refusal(init, app);
    if (r >= 0)
        return;
    log_error("app %s is killed: the listener of its filter did not arrive; is memory short?",
              app->plan->name);
    app_signal(app, SIGKILL);
}

/* ----- Waiting ----- */

static int until_ms(int64_t when_ns)
{
    int64_t left = when_ns - monotonic_ns();

    return left <= 0 ? 0 : left / 1000000 >= INT_MAX ? INT_MAX : (int) (left / 1000000) + 1;
}

enum { POLL_SIGNALS, POLL_CHILDREN, POLL_REAPER, POLL_APPS };
enum {
    POLL_REPORT,
    POLL_REFUSALS,
    POLL_LOG = POLL_REFUSALS + REFUSALS_STAGES,
    POLL_CARRIERS = POLL_LOG + _APP_LOG_MAX,
    POLL_MESSAGES = POLL_CARRIERS + 2,
    _POLL_APP_MAX = POLL_MESSAGES + _RECEIVE_KIND_MAX
};

static int await(const Init *init, struct pollfd *fds)
{
    const Host *host = init->host;
    int64_t next_ns = earlier_ns(service_next_ns(init), init->forget_at_ns);

    fds[POLL_SIGNALS] = (struct pollfd){ .fd = init->signals, .events = POLLIN };
    fds[POLL_CHILDREN] = (struct pollfd){ .fd = init->children, .events = POLLIN };
    fds[POLL_REAPER] = (struct pollfd){ .fd = host->reaper_report, .events = POLLIN };
    for (size_t i = 0; i < host->plan->n_apps; i++) {
        const HostApp *app = &host->apps[i];
        struct pollfd *own = &fds[POLL_APPS + _POLL_APP_MAX * i];

        own[POLL_REPORT] = (struct pollfd){ .fd = app->report, .events = POLLIN };
        next_ns = earlier_ns(next_ns, refusals_await(&app->refusals, own + POLL_REFUSALS));
        next_ns = earlier_ns(next_ns, app->deadline_ns);
        next_ns = earlier_ns(next_ns, app->tell_failure_ns);
        app_log_await(&app->log, own + POLL_LOG);
        next_ns = earlier_ns(next_ns, app_log_next_ns(&app->log));
        next_ns = earlier_ns(next_ns, app->budget.tell_next_ns);
        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
            own[POLL_CARRIERS + k] = carrier_await(&app->carriers[k]);
            next_ns = earlier_ns(next_ns, app->carriers[k].again_ns);
        }
        next_ns = earlier_ns(next_ns, receiver_await(&app->receiver, own + POLL_MESSAGES));
    }
    return poll(fds, (nfds_t) (POLL_APPS + _POLL_APP_MAX * host->plan->n_apps),
                init->unreaped ? 0
                : next_ns > 0  ? until_ms(next_ns)
                               : -1);
}

/* Of which way they came does not matter: where the foreground process carries lines, it has its own budget.
 */
static void tell_suppressed(Init *init, bool has_ended)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        if (app->budget.tell_next_ns > 0 && (has_ended || app->budget.tell_next_ns <= monotonic_ns()))
            app_entries_tell_suppressed(&app->entries, &init->host->journal, has_ended);
    }
}

static void loop(Init *init)
{
    size_t n_apps = init->host->plan->n_apps;
    _cleanup_free_ struct pollfd *fds = calloc(POLL_APPS + _POLL_APP_MAX * n_apps, sizeof(struct pollfd));

    if (!fds)
        return;
    while (!pod_is_over(init)) {
        if (await(init, fds) < 0 && errno != EINTR)
            return;
        tell_suppressed(init, false);
        for (size_t i = 0; i < n_apps; i++) {
            const struct pollfd *own = &fds[POLL_APPS + _POLL_APP_MAX * i];
            HostApp *app = &init->host->apps[i];

            if (own[POLL_REPORT].revents)
                hear_report(init, app);
            turn_refusals(init, app, own + POLL_REFUSALS);
            if (app_log_turn(&app->log, own + POLL_LOG))
                forget_soon(init);
            for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++)
                carrier_turn(&app->carriers[k], own + POLL_CARRIERS + k);
            receiver_turn(&app->receiver, own + POLL_MESSAGES, can_hear_app, hear_app,
                          &(Sender){ init, app });
        }
        if (fds[POLL_CHILDREN].revents || init->unreaped)
            reap(init);
        if (fds[POLL_SIGNALS].revents)
            (void) hear_signal(init);
        if (fds[POLL_REAPER].revents)
            hear_reaper(init);
        renew_carriers(init);
        kill_overdue(init);
        tell_failures(init, false);
        service_keep_time(init);
        forget_again(init);
        start_next(init);
        start_held(init);
        let_held_go(init);
        drop_rights(init);
    }
    finish_messages(init);
    end_carriers(init);
    if (init->host->service_main)
        finish_logs(init);
    else
        await_carriers(init);
    tell_failures(init, true);
    tell_suppressed(init, true);
}

static void block_signals(sigset_t *ret_requests, sigset_t *ret_children)
{
    const int requests[] = { SIGTERM, SIGINT, SIGHUP, SIGPWR, SIGABRT, SIGRTMIN + 3, SIGRTMIN + 4 };

    (void) sigemptyset(ret_requests);
    for (size_t i = 0; i < ELEMENTSOF(requests); i++)
        (void) sigaddset(ret_requests, requests[i]);
    (void) sigemptyset(ret_children);
    (void) sigaddset(ret_children, SIGCHLD);
    (void) sigprocmask(SIG_SETMASK, ret_requests, NULL);
    (void) sigprocmask(SIG_BLOCK, ret_children, NULL);
    (void) signal(SIGPIPE, SIG_IGN);
}

/* Two descriptors: from one, a child that always ends would hide the signals with a higher number. */
static int hear_signals(Init *init, const sigset_t *requests, const sigset_t *children)
{
    init->signals = signalfd(-1, requests, SFD_CLOEXEC | SFD_NONBLOCK);
    init->children = signalfd(-1, children, SFD_CLOEXEC | SFD_NONBLOCK);
    return init->signals < 0 || init->children < 0 ? -errno : 0;
}

void host_init(Host *host)
{
    _cleanup_error_ Error error = ERROR_INIT;
    Init init = { .host = host };
    sigset_t requests, children;
    int r;

    block_signals(&requests, &children);
    r = host_set_up(host, &error);
    if (r >= 0) {
        r = hear_signals(&init, &requests, &children);
        if (r < 0)
            (void) error_set_errno(&error, r, "cannot hear signals");
    }
    if (r < 0)
        error_print(&error, r, "stage1", host->debug);
    /* Neither apps nor our exit before we are what systemd watches. */
    host_await_go(host);
    if (r < 0)
        _exit(POD_EXIT_FAILURE);
    begin_entries(host);
    service_begin(&init);
    start_next(&init);
    start_held(&init);
    loop(&init);
    _exit(pod_exit_status(&init));
}
