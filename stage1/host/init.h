/* SPDX-License-Identifier: Apache-2.0 */
/* What the pod's init knows beside its Host, and service.c: what it and the service manager tell each other
 * about the apps. Without a service manager that listens, telling costs nothing. */
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
