/* SPDX-License-Identifier: Apache-2.0 */

#include "terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include "fd-util.h"
#include "time-util.h"

enum { ESCAPE = 0x1d, ESCAPES = 3 };
#define ESCAPES_WITHIN_NS (5 * INT64_C(1000000000))

int terminal_open(Terminal *terminal, int fd)
{
    char path[FD_PATH_MAX];

    *terminal = (Terminal) TERMINAL_INIT;
    if (!isatty(fd))
        return -ENOTTY;
    terminal->fd = open(fd_path(fd, path), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return terminal->fd < 0 ? -errno : 0;
}

int terminal_set_raw(Terminal *terminal)
{
    struct termios raw;

    if (tcgetattr(terminal->fd, &raw) < 0)
        return -errno;
    if (!terminal->raw)
        terminal->before = raw;
    cfmakeraw(&raw);
    terminal->raw = true;
    return tcsetattr(terminal->fd, TCSANOW, &raw) < 0 ? -errno : 0;
}

bool terminal_is_ours(const Terminal *terminal)
{
    return terminal->fd >= 0 && tcgetpgrp(terminal->fd) == getpgrp();
}

int terminal_split_at_escape(Terminal *terminal)
{
    struct termios mode;

    if (tcgetattr(terminal->fd, &mode) < 0)
        return -errno;
    if (mode.c_cc[VEOL] == ESCAPE)
        return 0;
    if (!terminal->splits)
        terminal->line_end = mode.c_cc[VEOL];
    mode.c_cc[VEOL] = ESCAPE;
    terminal->splits = true;
    return tcsetattr(terminal->fd, TCSANOW, &mode) < 0 ? -errno : 0;
}

/* Another program may have changed all other settings in the meantime, so they stay. */
static void restore_line_end(const Terminal *terminal)
{
    struct termios mode;

    if (!terminal_is_ours(terminal) || tcgetattr(terminal->fd, &mode) < 0 || mode.c_cc[VEOL] != ESCAPE)
        return;
    mode.c_cc[VEOL] = terminal->line_end;
    (void) tcsetattr(terminal->fd, TCSANOW, &mode);
}

void terminal_restore(Terminal *terminal)
{
    if (terminal->raw)
        (void) tcsetattr(terminal->fd, TCSANOW, &terminal->before);
    if (terminal->splits)
        restore_line_end(terminal);
    terminal->raw = terminal->splits = false;
}

void terminal_done(Terminal *terminal)
{
    terminal_restore(terminal);
    terminal->fd = safe_close(terminal->fd);
}

void terminal_copy_size(const Terminal *terminal, int to)
{
    struct winsize size;

    if (ioctl(terminal->fd, TIOCGWINSZ, &size) >= 0)
        (void) ioctl(to, TIOCSWINSZ, &size);
}

bool terminal_hears_escape(Terminal *terminal, const char *typed, size_t size)
{
    int64_t now = monotonic_ns();

    for (size_t i = 0; i < size; i++) {
        if (typed[i] != ESCAPE) {
            terminal->escapes = 0;
            continue;
        }
        if (terminal->escapes == 0 || now - terminal->escapes_since_ns > ESCAPES_WITHIN_NS) {
            terminal->escapes = 0;
            terminal->escapes_since_ns = now;
        }
        if (++terminal->escapes == ESCAPES)
            return true;
    }
    return false;
}
