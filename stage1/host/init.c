/* SPDX-License-Identifier: Apache-2.0 */
/* The pod's PID 1. Once it stands in the pod's root it starts the apps, and then is one loop: it reaps,
 * carries what apps say to the journal, hears its apps' notify messages and the signals that ask the pod to
 * end.
 *
 * - Signals are blocked and read from a descriptor: a blocked signal is never dropped for PID 1, an unhandled
 * one is. All are from outside: no app can name the init, see reaper.c. SIGHUP has a service's apps reload,
 * SIGABRT says that its watchdog ran out; the others ask the pod to end, see pod-end.c.
 * - Whatever an app sends, it may only keep the loop busy for a moment, and nothing here waits for somebody
 * to read: a pod can always be stopped. */

#include "init.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "bare.h"
#include "base/fd-util.h"
#include "base/time-util.h"
#include "steps.h"

enum { FORGET_MS = 1000 }; /* until what hearing a message needed of the program goes from memory */

void init_forget_soon(Init *init)
{
    if (init->forget_at_ns == 0)
        init->forget_at_ns = monotonic_ns() + FORGET_MS * INT64_C(1000000);
}

static void forget_again(Init *init)
{
    if (init->forget_at_ns == 0 || init->forget_at_ns > monotonic_ns())
        return;
    init->forget_at_ns = 0;
    bare_forget_program();
}

/* ----- The loop ----- */

static void take_signal(Init *init, int number)
{
    if (number == SIGABRT) {
        pod_abort(init);
        return;
    }
    /* Without a service it is the terminal that is gone. */
    if (number == SIGHUP && init->pod->service_main) {
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
bool init_hear_signal(Init *init)
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
    if (!reaper_hear(&init->reaper))
        return;
    while (init_hear_signal(init))
        ;
    if (!init->asked)
        take_signal(init, SIGRTMIN + 4);
}

static int until_ms(int64_t when_ns)
{
    int64_t left = when_ns - monotonic_ns();

    return left <= 0 ? 0 : left / 1000000 >= INT_MAX ? INT_MAX : (int) (left / 1000000) + 1;
}

enum { POLL_SIGNALS, POLL_CHILDREN, POLL_REAPER, POLL_APPS };
enum {
    POLL_REPORT,
    POLL_REFUSALS,
    POLL_LINES = POLL_REFUSALS + REFUSALS_STAGES,
    POLL_MESSAGES = POLL_LINES + _APP_LINES_MAX,
    _POLL_APP_MAX = POLL_MESSAGES + _RECEIVE_KIND_MAX
};

static int await(const Init *init, struct pollfd *fds)
{
    struct pollfd *own = fds + POLL_APPS;
    int64_t next_ns = earlier_ns(service_next_ns(init), init->forget_at_ns);

    fds[POLL_SIGNALS] = (struct pollfd){ .fd = init->signals, .events = POLLIN };
    fds[POLL_CHILDREN] = (struct pollfd){ .fd = init->children, .events = POLLIN };
    fds[POLL_REAPER] = (struct pollfd){ .fd = init->reaper.report, .events = POLLIN };
    FOREACH_APP (app, init) {
        own[POLL_REPORT] = (struct pollfd){ .fd = app->report, .events = POLLIN };
        next_ns = earlier_ns(next_ns, refusals_await(&app->refusals, own + POLL_REFUSALS));
        next_ns = earlier_ns(next_ns, app->deadline_ns);
        next_ns = earlier_ns(next_ns, app->tell_failure_ns);
        next_ns = earlier_ns(next_ns, app_await_lines(app, own + POLL_LINES));
        next_ns = earlier_ns(next_ns, app->budget.tell_next_ns);
        next_ns = earlier_ns(next_ns, receiver_await(&app->parts->receiver, own + POLL_MESSAGES));
        own += _POLL_APP_MAX;
    }
    return poll(fds, (nfds_t) (POLL_APPS + _POLL_APP_MAX * init->pod->plan->n_apps),
                init->unreaped ? 0
                : next_ns > 0  ? until_ms(next_ns)
                               : -1);
}

static void loop(Init *init)
{
    size_t n_apps = init->pod->plan->n_apps;
    _cleanup_free_ struct pollfd *fds = calloc(POLL_APPS + _POLL_APP_MAX * n_apps, sizeof(struct pollfd));
    const struct pollfd *own;

    if (!fds)
        return;
    while (!pod_is_over(init)) {
        if (await(init, fds) < 0 && errno != EINTR)
            return;
        apps_tell_suppressed(init, false);
        own = fds + POLL_APPS;
        FOREACH_APP (app, init) {
            if (own[POLL_REPORT].revents)
                app_hear_report(init, app);
            app_turn_refusals(init, app, own + POLL_REFUSALS);
            app_turn_lines(init, app, own + POLL_LINES);
            app_turn_messages(init, app, own + POLL_MESSAGES);
            own += _POLL_APP_MAX;
        }
        if (fds[POLL_CHILDREN].revents || init->unreaped)
            apps_reap(init);
        if (fds[POLL_SIGNALS].revents)
            (void) init_hear_signal(init);
        if (fds[POLL_REAPER].revents)
            hear_reaper(init);
        apps_renew_carriers(init);
        pod_kill_overdue(init);
        apps_tell_failures(init, false);
        service_keep_time(init);
        forget_again(init);
        apps_start_next(init);
        held_apps_start(init);
        held_apps_release(init);
        init_drop_rights(init);
    }
    apps_finish_messages(init);
    apps_finish_lines(init);
    apps_tell_failures(init, true);
    apps_tell_suppressed(init, true);
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

void init_run(PodParts *parts)
{
    _cleanup_error_ Error error = ERROR_INIT;
    Init init = INIT_INIT;
    sigset_t requests, children;
    int r;

    init.pod = &parts->settings;
    block_signals(&requests, &children);
    r = init_set_up(&init, parts, &error);
    if (r >= 0)
        r = step_explain("receive signals", hear_signals(&init, &requests, &children), &error);
    if (r < 0)
        error_print(&error, r, "stage1", init.pod->debug);
    /* Neither apps nor our exit before we are what systemd watches. */
    init_await_go(&init);
    if (r < 0)
        _exit(POD_EXIT_FAILURE);
    apps_begin_messages(&init);
    service_begin(&init);
    apps_start_next(&init);
    held_apps_start(&init);
    loop(&init);
    _exit(pod_exit_status(&init));
}
