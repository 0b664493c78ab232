/* SPDX-License-Identifier: Apache-2.0 */
/* What the pod's init has, and the parts that it is made of. Without a service manager that listens, telling
 * it something costs nothing. */
#pragma once

#include "app-entries.h"
#include "app-log.h"
#include "carrier.h"
#include "host.h"
#include "journal/notify.h"
#include "pod-parts.h"
#include "reaper.h"
#include "refusals.h"

typedef struct App {
    const PlanApp *plan; /* not owned, nor is: */
    AppParts *parts;     /* what it is started from */

    /* Its processes. */
    enum { APP_WAITING, APP_PRE_START, APP_RUNNING, APP_POST_STOP, APP_DONE } stage;
    pid_t pid;        /* of what runs now, 0: nothing */
    int namespace_fd; /* its mount namespace, for what runs in it later; -EBADF: none of its processes was */
    int report;       /* how its start went; closed by a successful exec */
    int go;           /* lets it go, while it is held */
    bool confined, let_go;
    bool executed, ready, killed, failed; /* failed: the pod ends with its status */
    int status;
    int signal;          /* that ended it, or 0 */
    int64_t deadline_ns; /* when it is killed, if it does not stop (CLOCK_MONOTONIC); 0: it was not told to */
    int64_t tell_failure_ns; /* when it is said that it failed, at the latest (likewise); 0: not to be said */
    Refusals refusals;       /* what its filter refused */

    /* What it says. */
    LineBudget budget;    /* whichever way; the foreground process has another */
    AppEntries entries;   /* what goes to the journal of the datagrams that its receiver hears */
    Carrier carriers[2];  /* write its output and its errors to the APP_FD_CARRIED_* */
    bool carrier_renewed; /* one of them was started again, which was said */
    AppLog log;           /* of a service's app */

    /* What its service manager hears of it; see service.c. */
    enum { APP_RELOAD_NONE, APP_RELOAD_ASKED, APP_RELOADING } reload;
    bool pinged, aborted; /* WATCHDOG=1 since the last one we sent; SIGABRT for not having said it */
    char *status_text;    /* its own STATUS=; NULL: none */
} App;

typedef struct Init {
    const PodSettings *pod;
    App *apps; /* pod->plan->n_apps */

    int lock;              /* of the pod's directory */
    int status_dir;        /* for the apps' statuses */
    int notify;            /* connected to the service manager, or -EBADF */
    int control;           /* a pipe to the foreground process; -EBADF: there is none */
    int go;                /* until it may start the apps; -EBADF: it may */
    int proc;              /* the procfs that shows the init and all of the pod */
    int signals, children; /* what asks the pod to end; SIGCHLD */
    JournalWay journal;    /* for what apps say in datagrams; its directory is the init's */
    Reaper reaper;

    bool unreaped; /* not all children that ended were waited for */
    bool ready, unprivileged;
    bool begun, held_started; /* all init apps have ended, and the others were started; those that are held */
    enum { POD_RUNNING, POD_STOPPING } phase;
    bool asked, reboot, poweroff; /* from outside, not because an app ended */
    int status;                   /* the first failing app's */
    int64_t forget_at_ns;         /* when the program's pages go from memory again; 0: not */

    /* service.c's; times are of CLOCK_MONOTONIC, 0: not. */
    bool reloading;
    int64_t reload_at_ns; /* when apps that did not say that they reload count as reloaded */
    int64_t extend_to_ns; /* how long apps may extend a start or a reload */
    int64_t ping_at_ns;   /* our own next WATCHDOG=1, or the earliest of the apps' */

    /* What the service manager was told last, and what it was not told yet. */
    char *told_states;
    bool told_reloading, untold, trigger, reload_from_outside;
    unsigned reloads;                /* from outside, which are over */
    int64_t asked_to_ns, told_to_ns; /* until when apps asked for time */
    int64_t tell_at_ns;              /* when as many messages as at first may be sent without a pause */
} Init;

#define INIT_INIT                                                                                            \
    {                                                                                                        \
        .lock = -EBADF, .status_dir = -EBADF, .notify = -EBADF, .control = -EBADF, .go = -EBADF,             \
        .proc = -EBADF, .signals = -EBADF, .children = -EBADF, .journal = JOURNAL_WAY_INIT,                  \
        .reaper = REAPER_INIT                                                                                \
    }

#define FOREACH_APP(app, init)                                                                               \
    for (App * (app) = (init)->apps; (app) < (init)->apps + (init)->pod->plan->n_apps; (app)++)

/* init.c: from now on this process, a clone of `run`, is the pod's PID 1. */
_noreturn_ void init_run(PodParts *parts);
/* Drops the program's pages from memory in a second: what was just done needed some that it seldom needs. */
void init_forget_soon(Init *init);
/* Takes one signal that asks for something, if there is one: whether there was. */
bool init_hear_signal(Init *init);

/* set-up.c: leaves the host, and takes over what `run` has gathered. */
int init_set_up(Init *init, PodParts *parts, Error *reterr);
/* Waits until the host's side has done its part; ends the init when it failed to. */
void init_await_go(Init *init);

/* app-process.c: clones the process that sets up the app's root (or joins it) and execs argv; its end of
 * app->report says how that went. uid 0 and all groups 0 when as_root (handlers). */
int app_start_process(Init *init, App *app, char *const argv[], bool as_root, Error *reterr);

/* app-mounts.c: in that process, which is the app's first: attaches all that the app's root has, in a mount
 * namespace of its own, and enters it. */
int app_mounts_enter(const Init *init, App *app, Error *reterr);

enum { APP_SOCKET_PATH_MAX = sizeof(HOST_SOCKETS_PATH "/.journal") + 20 };
/* Where the init listens to the app, in the pod's root. */
void app_socket_path(const Init *init, const App *app, ReceiveKind kind,
                     char ret[static APP_SOCKET_PATH_MAX]);

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
void app_signal(App *app, int signal_number);
int app_stop_signal(const App *app);
/* From now on it has its time to stop. */
void app_limit_time(App *app);

/* app-stages.c: starts the init apps one after the other, then all others that are not held. */
void apps_start_next(Init *init);
/* Those that are held, or those that are not, and no init apps. */
void apps_start(Init *init, bool held);
/* Children have ended: on to the next stage of their apps. */
void apps_reap(Init *init);
/* How the start of a program went. */
void app_hear_report(Init *init, App *app);
/* Tells the service manager that the pod is ready, once it is. */
void pod_note_ready(Init *init);
/* Once nothing is left to start: gives up the init's rights but the one to signal the apps. */
void init_drop_rights(Init *init);

/* held-apps.c: starts those that are held (stage1/tracing.h), once all others run; lets them go, once all are
 * confined. */
void held_apps_start(Init *init);
void held_apps_release(Init *init);

/* app-failures.c: says that an app failed, at once or after what it said before. */
void app_begin_failure(const Init *init, App *app);
void apps_tell_failures(Init *init, bool at_once);
/* fds: REFUSALS_STAGES, see refusals_await(). */
void app_turn_refusals(Init *init, App *app, const struct pollfd *fds);

/* app-messages.c: what apps send in datagrams. */
void apps_begin_messages(Init *init);
void app_turn_messages(Init *init, App *app, const struct pollfd fds[static _RECEIVE_KIND_MAX]);
/* What was sent before the end. */
void apps_finish_messages(Init *init);
/* Says how many lines of apps were suppressed, where it is time to; has_ended: now. */
void apps_tell_suppressed(Init *init, bool has_ended);

/* app-lines.c: what apps write, from the start of their carriers and logs on. app_await_lines() returns when
 * there is something to do without a word from poll(2); 0: never. */
int apps_begin_lines(Init *init);
enum { _APP_LINES_MAX = _APP_LOG_MAX + 2 };
int64_t app_await_lines(const App *app, struct pollfd fds[static _APP_LINES_MAX]);
void app_turn_lines(Init *init, App *app, const struct pollfd fds[static _APP_LINES_MAX]);
void apps_renew_carriers(Init *init);
/* What was written before the end, and the last lines of those that failed. */
void apps_finish_lines(Init *init);

/* service.c: from now on apps may ask for more time: the pod starts, or reloads. */
void service_begin(Init *init);
/* Something that it is told may have changed; it is told when the next message may be sent. */
static inline void service_note_change(Init *init)
{
    init->untold = true;
}
/* At once. */
void service_tell_ready(Init *init);
void service_tell_stopping(Init *init);
void service_note_finished(Init *init, App *app);

/* True when the app may be ready now. */
bool service_take_message(Init *init, App *app, const NotifyMessage *message);

/* Has the apps reload that can. */
void service_reload(Init *init);

/* Whether it runs and asked to be watched. */
bool service_app_is_watched(const App *app);

/* When service_keep_time() has something to do; 0: never. */
int64_t service_next_ns(const Init *init);
void service_keep_time(Init *init);
