/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that an app's filter refuses, and that end the process. If the filter killed, only the
 * kernel's log would name the call. So the filter has the call wait instead and tells the pod's init
 * (seccomp_unotify(2)), which notes the call and ends the process. As the kernel tells it, it can't be
 * forged. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { REFUSALS_NOTED_MAX = 8, REFUSALS_TEXT_MAX = REFUSALS_NOTED_MAX * 40 };
enum { REFUSALS_STAGES = 3 }; /* what an app has at most: handlers before and after, and its program */

typedef struct Refusals {
    struct {
        int fd;                   /* the socket by which the listener comes; then the listener */
        bool listens;             /* it is the listener */
    } listeners[REFUSALS_STAGES]; /* a process that a stage left may outlive it */
    int64_t pause_until_ns;       /* callers wait until then; 0: there is no pause */
    unsigned n_heard;             /* since the last pause */
    unsigned n_noted;
    struct {
        uint32_t architecture, number;
    } noted[REFUSALS_NOTED_MAX]; /* each call once */
    pid_t last;                  /* the last process that was ended for one; 0: none */
    pid_t ended;                 /* the same of the apps' own processes: not of their children */
} Refusals;
#define REFUSALS_INIT                                                                                        \
    {                                                                                                        \
        .listeners = { { .fd = -EBADF }, { .fd = -EBADF }, { .fd = -EBADF } }                                \
    }

/* Before the process of a stage is cloned. *ret is the process' end of a socket, for
 * seccomp_filter_load_told(). */
int refusals_begin(Refusals *refusals, int *ret);

/* Fills REFUSALS_STAGES; returns when there is something to do without them; 0: never. */
int64_t refusals_await(const Refusals *refusals, struct pollfd *ret);

/* Hears the listeners, or a call. proc: a procfs that shows the app's processes; own: the app's process that
 * the init waits for. Returns 1 when a call was noted that was not noted before, 0 when not, and -EBADF when
 * a listener was lost on its way: the app is to be killed, for what is refused would no longer end it. */
int refusals_turn(Refusals *refusals, const struct pollfd *fds, int proc, const char *app, pid_t own);

/* "reboot, swapon": what was noted, "" when nothing was. */
void refusals_describe(const Refusals *refusals, char ret[static REFUSALS_TEXT_MAX]);
