/* SPDX-License-Identifier: Apache-2.0 */
/* Between the caller's standard descriptors and those of a program in a pod. The program gets none of ours: a
 * pseudoterminal in place of a terminal, a pipe in place of anything else, and we copy. Only a carrier
 * touches the program's pipes. */
#pragma once

#include "base/relay.h"
#include "base/terminal.h"
#include "carrier.h"

enum { CONSOLE_IN, CONSOLE_TERMINAL, CONSOLE_OUT, CONSOLE_ERRORS, _CONSOLE_MAX };

typedef struct Console {
    Terminal terminal; /* of standard input; without one there are only pipes */
    int master;        /* of the pseudoterminal, or -EBADF */
    int ends[3];       /* the program's: pipes; -EBADF: the pseudoterminal, its controlling terminal */
    Flow flows[_CONSOLE_MAX];
    Carrier carriers[3];          /* of the program's pipes, by descriptor */
    int64_t finished_ns, last_ns; /* when the program ended, and when there was something to copy, since then
                                     (CLOCK_MONOTONIC); 0: it runs */
} Console;

#define CONSOLE_INIT                                                                                         \
    {                                                                                                        \
        .terminal = TERMINAL_INIT, .master = -EBADF, .ends = { -EBADF, -EBADF, -EBADF },                     \
        .flows = { FLOW_INIT, FLOW_INIT, FLOW_INIT, FLOW_INIT }, .carriers = {                               \
            CARRIER_INIT,                                                                                    \
            CARRIER_INIT,                                                                                    \
            CARRIER_INIT                                                                                     \
        }                                                                                                    \
    }

/* A console of which nothing is open. NULL: out of memory. Freeing NULL is fine. */
Console *console_new(void);
void console_free(Console *console);

/* Makes what the program gets, but for the pseudoterminal, which is to be made in its pod. Starts processes.
 */
int console_open(Console *console);
static inline bool console_wants_terminal(const Console *console)
{
    return console->terminal.fd >= 0;
}
void console_done(Console *console); /* the terminal is as it was, then; console_free() does that, too */

/* A pseudoterminal of the devpts that is mounted at, or is, the directory; the program's side is opened
 * without a path. -EXDEV: no devpts is there. */
int console_make_terminal(int devpts, int *ret_master, int *ret_terminal);

/* Once the program has its ends: drops them here, and begins with copying. master is taken over; -EBADF where
 * no terminal is wanted. */
int console_begin(Console *console, int master);
/* SIGWINCH: the program's terminal gets our size; SIGCONT: the program that had our terminal meanwhile may
 * have changed it. */
void console_hear_signal(Console *console, int number);

/* To be polled, and then looked at. True when the user has typed ^] three times. */
void console_await(const Console *console, struct pollfd fds[static _CONSOLE_MAX]);
bool console_turn(Console *console, const struct pollfd fds[static _CONSOLE_MAX]);

/* A child has ended, and was reaped: true when it was one of the console's. */
bool console_note_end(Console *console, pid_t pid);

/* The program has ended: what it had written is still copied, what others that hold its descriptors write
 * later is not. To be looked at every CONSOLE_LOOK_MS from then on, until all is written out, or was waited
 * for long enough. */
enum { CONSOLE_LOOK_MS = 50 };
void console_finish(Console *console);
bool console_is_over(const Console *console);

/* All of that. Ends early when there is something to read from interrupt. */
void console_drain(Console *console, int interrupt);

/* Puts the console's processes into a cgroup. One that hangs because a process in the pod holds the pipe's
 * lock ends with the pod then, and does not keep the caller's service from stopping. */
void console_move(const Console *console, int cgroup);

/* After the program's end: kills them, and moves those that hang. */
void console_leave(Console *console, int cgroup);
