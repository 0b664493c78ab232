/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal keeps its mode, with echo, ^C and ^Z; only ^] ends a line, too, so that it is read without
 * Enter. All other input is dropped.
 *
 * We read only where no other program does. In the background the keys are the shell's, and reading them
 * would stop us. A program after us in a pipe, such as a pager, reads from the same terminal; so our output
 * must be a terminal, too. */

#include "escape.h"

#include <signal.h>

#include "base/fd-util.h"

/* When the shell takes the terminal between our look at whose it is and our read, these signals would stop
 * us. While they are blocked, the read fails instead. */
static int block_stopping(void)
{
    sigset_t set;

    (void) sigemptyset(&set);
    (void) sigaddset(&set, SIGTTIN);
    (void) sigaddset(&set, SIGTTOU);
    return sigprocmask(SIG_BLOCK, &set, NULL) < 0 ? -errno : 0;
}

void escape_open(Escape *escape)
{
    if (terminal_open(&escape->terminal, STDIN_FILENO) >= 0 &&
        (!isatty(STDOUT_FILENO) || block_stopping() < 0))
        escape_close(escape);
}

void escape_close(Escape *escape)
{
    terminal_done(&escape->terminal);
}

/* Each time anew: we may have been in the background, and a shell sets the mode that it likes. */
struct pollfd escape_await(Escape *escape)
{
    if (!terminal_is_ours(&escape->terminal) || terminal_split_at_escape(&escape->terminal) < 0)
        return (struct pollfd){ .fd = -EBADF };
    return (struct pollfd){ .fd = escape->terminal.fd, .events = POLLIN };
}

bool escape_turn(Escape *escape, const struct pollfd *polled)
{
    char typed[256];
    ssize_t n = 0;

    if (polled->fd >= 0 && polled->revents)
        n = read(polled->fd, typed, sizeof(typed));
    return n > 0 && terminal_hears_escape(&escape->terminal, typed, (size_t) n);
}
