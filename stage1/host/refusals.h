/* SPDX-License-Identifier: Apache-2.0 */
/* What an app's filter refuses and no process survives. The kernel says which call it was to nobody but its
 * own log, so the filter does not kill: it has the call wait, and tells the pod's init, which notes the call
 * and ends the process. Told by the kernel, it can't be forged. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { REFUSALS_NOTED_MAX = 8, REFUSALS_TEXT_MAX = REFUSALS_NOTED_MAX * 40 };

typedef struct Refusals {
    int fd;       /* the socket by which the listener comes; then the listener */
    bool listens; /* it is the listener */
    unsigned n_noted;
    struct {
        uint32_t architecture, number;
    } noted[REFUSALS_NOTED_MAX]; /* each call once */
    pid_t ended;                 /* the last process that was ended for one; 0: none */
} Refusals;
#define REFUSALS_INIT                                                                                        \
    {                                                                                                        \
        .fd = -EBADF                                                                                         \
    }

/* Before an app's process is cloned: what another one was told by goes. *ret is the process' end of a socket,
 * for seccomp_filter_load_told(). */
int refusals_begin(Refusals *refusals, int *ret);

struct pollfd refusals_await(const Refusals *refusals);

/* Hears the listener, or a call. proc: a procfs that shows the app's processes. Returns true when a call was
 * noted that was not noted before. */
bool refusals_turn(Refusals *refusals, const struct pollfd *fd, int proc, const char *app);

/* "reboot, swapon": what was noted, "" when nothing was. */
void refusals_describe(const Refusals *refusals, char ret[static REFUSALS_TEXT_MAX]);
