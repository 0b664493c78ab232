/* SPDX-License-Identifier: Apache-2.0 */
/* Between the standard descriptors of whoever called us and those of a program in a pod. The program gets
 * none of ours: a pseudoterminal in place of a terminal, a pipe in place of anything else, and we copy. */
#pragma once

#include "base/relay.h"
#include "base/terminal.h"

enum { CONSOLE_IN, CONSOLE_TERMINAL, CONSOLE_OUT, CONSOLE_ERRORS, _CONSOLE_MAX };

typedef struct Console {
    Terminal terminal; /* of standard input; without one there are only pipes */
    int master;        /* of the pseudoterminal, or -EBADF */
    int ends[3];       /* the program's: pipes; -EBADF: the pseudoterminal, its controlling terminal */
    Flow flows[_CONSOLE_MAX];
} Console;

#define CONSOLE_INIT                                                                                         \
    {                                                                                                        \
        .terminal = TERMINAL_INIT, .master = -EBADF, .ends = { -EBADF, -EBADF, -EBADF }, .flows = {          \
            FLOW_INIT,                                                                                       \
            FLOW_INIT,                                                                                       \
            FLOW_INIT,                                                                                       \
            FLOW_INIT                                                                                        \
        }                                                                                                    \
    }

Console *console_new(void);
void console_free(Console *console);

/* Makes what the program gets, but for the pseudoterminal, which is to be made in its pod. */
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
/* SIGWINCH: the program's terminal gets our size; SIGCONT: whoever had our terminal meanwhile may have
 * changed it. */
void console_hear_signal(Console *console, int number);

/* To be polled, and then looked at. True when the user has typed ^] three times. */
void console_await(const Console *console, struct pollfd fds[static _CONSOLE_MAX]);
bool console_turn(Console *console, const struct pollfd fds[static _CONSOLE_MAX]);

/* Whether all that the program could write was written out. */
bool console_is_over(const Console *console);

/* The same when the program has ended: what it had written is still copied, what others that hold its
 * descriptors write later is not. Ends early when there is something to read from interrupt. */
void console_drain(Console *console, int interrupt);
