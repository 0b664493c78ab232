/* SPDX-License-Identifier: Apache-2.0 */
/* What the pod's init knows beside its Host, and the parts that it is made of. Without a service manager that
 * listens, telling it something costs nothing. */
#pragma once

#include "host.h"
#include "journal/notify.h"

typedef struct Init {
    Host *host;
    int signals, children; /* what asks the pod to end; SIGCHLD */
    bool unreaped;         /* not all that ended were looked at */
    bool ready, unprivileged;
    bool begun, held_started; /* all init apps have ended, and the others were started; those that are held */
    enum { POD_RUNNING, POD_STOPPING } phase;
    bool asked, reboot, poweroff; /* from outside, not because an app ended */
    int status;                   /* the first failing app's */
    int64_t forget_at_ns;         /* when the program's pages go from memory again; 0: not */

    /* service.c's; times are of CLOCK_MONOTONIC, 0: not. */
    bool reloading;
    int64_t reload_at_ns; /* when who did not say that it reloads counts as having done so */
    int64_t extend_to_ns; /* how long apps may extend a start or a reload */
    int64_t ping_at_ns;   /* our own next WATCHDOG=1, or the earliest of the apps' */

    /* What the service manager was told last, and what it was not told yet. */
    char *told_states;
    bool told_reloading, untold, trigger, reload_from_outside;
    unsigned reloads;                /* from outside, which are over */
    int64_t asked_to_ns, told_to_ns; /* until when apps asked for time */
    int64_t tell_at_ns;              /* the bucket of messages is full again */
} Init;

/* init.c */
/* Drops the program's pages from memory in a second: what was just done needed some that it seldom needs. */
void init_forget_soon(Init *init);
/* Takes one signal that asks for something, if there is one: whether there was. */
bool init_hear_signal(Init *init);

/* pod-end.c: has the apps stop, each with its signal and its time, after which it is killed. */
void pod_stop(Init *init);
/* The same, but SIGABRT for those that did not answer the watchdog. */
void pod_abort(Init *init);
void pod_kill(Init *init);
void pod_kill_overdue(Init *init);
/* No app has a stage left. */
bool pod_is_over(const Init *init);
int pod_exit_status(const Init *init);
/* To the process that runs now; SIGKILL to all of its cgroup. */
void app_signal(HostApp *app, int signal_number);
int app_stop_signal(const HostApp *app);
/* From now on it has its time to stop. */
void app_limit_time(HostApp *app);

/* app-stages.c: starts the init apps one after the other, then all others that are not held. */
void apps_start_next(Init *init);
/* Those that are held, or those that are not, and no init apps. */
void apps_start(Init *init, bool held);
/* Children have ended: on to the next stage of their apps. */
void apps_reap(Init *init);
/* How the start of a program went. */
void app_hear_report(Init *init, HostApp *app);
/* Tells the service manager that the pod is ready, once it is. */
void pod_note_ready(Init *init);
void init_drop_rights(Init *init);

/* held-apps.c: starts those that are held, once all others run; lets them go, once all are confined. */
void held_apps_start(Init *init);
void held_apps_release(Init *init);

/* app-failures.c: says that an app failed, at once or after what it said before. */
void app_begin_failure(const Init *init, HostApp *app);
void apps_tell_failures(Init *init, bool at_once);
/* fds: REFUSALS_STAGES, see refusals_await(). */
void app_turn_refusals(Init *init, HostApp *app, const struct pollfd *fds);

/* app-messages.c: what apps send in datagrams. */
void apps_begin_entries(Host *host);
void app_turn_messages(Init *init, HostApp *app, const struct pollfd fds[static _RECEIVE_KIND_MAX]);
/* What was sent before the end. */
void apps_finish_messages(Init *init);
void apps_tell_suppressed(Init *init, bool has_ended);

/* app-lines.c: what apps write. app_await_lines() returns when there is something to do without a word from
 * poll(2); 0: never. */
enum { _APP_LINES_MAX = _APP_LOG_MAX + 2 };
int64_t app_await_lines(const HostApp *app, struct pollfd fds[static _APP_LINES_MAX]);
void app_turn_lines(Init *init, HostApp *app, const struct pollfd fds[static _APP_LINES_MAX]);
void apps_renew_carriers(Init *init);
/* What was written before the end, and the last lines of those that failed. */
void apps_finish_lines(Init *init);

/* service.c */
/* From now on apps may ask for more time: the pod starts, or reloads. */
void service_begin(Init *init);
/* Something that it is told may have changed; it is told when the next message may be sent. */
static inline void service_note_change(Init *init)
{
    init->untold = true;
}
/* At once. */
void service_tell_ready(Init *init);
void service_tell_stopping(Init *init);
void service_note_finished(Init *init, HostApp *app);

/* True when the app may be ready now. */
bool service_take_message(Init *init, HostApp *app, const NotifyMessage *message);

/* Has the apps reload that can. */
void service_reload(Init *init);

/* Whether it runs and asked to be watched. */
bool service_app_is_watched(const HostApp *app);

/* When service_keep_time() has something to do; 0: never. */
int64_t service_next_ns(const Init *init);
void service_keep_time(Init *init);
