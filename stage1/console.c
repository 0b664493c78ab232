/* SPDX-License-Identifier: Apache-2.0 */

#include "console.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/time-util.h"

/* How long who still holds a program's descriptors is listened to, at most and when it is silent. */
enum { DRAIN_MS = 1000, DRAIN_SILENT_MS = 50 };
enum { PTMX_MAJOR = 5, PTMX_MINOR = 2 };

static const int flow_of_descriptor[] = { CONSOLE_IN, CONSOLE_OUT, CONSOLE_ERRORS };

static int make_pipe(Console *console, int descriptor)
{
    bool input = descriptor == STDIN_FILENO;
    Flow *flow = &console->flows[flow_of_descriptor[descriptor]];
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    console->ends[descriptor] = fds[input ? 0 : 1];
    if (fcntl(fds[input ? 1 : 0], F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    if (!input) {
        flow->from = fds[0];
        outlet_open(&flow->to, descriptor);
        return 0;
    }
    flow->to = (Outlet){ .fd = fds[1], .own = true };
    flow->from = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return flow->from < 0 ? -errno : 0;
}

int console_open(Console *console)
{
    int r = terminal_open(&console->terminal, STDIN_FILENO);

    if (r < 0 && r != -ENOTTY)
        return r;
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
        if (console_wants_terminal(console) && isatty(i))
            continue;
        r = make_pipe(console, i);
        if (r < 0)
            return r;
    }
    return 0;
}

static void drop_ends(Console *console)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        console->ends[i] = safe_close(console->ends[i]);
}

void console_done(Console *console)
{
    drop_ends(console);
    for (int i = 0; i < _CONSOLE_MAX; i++)
        flow_close(&console->flows[i]);
    console->master = safe_close(console->master);
    terminal_done(&console->terminal);
}

Console *console_new(void)
{
    Console *console = malloc(sizeof(Console));

    if (console)
        *console = (Console) CONSOLE_INIT;
    return console;
}

void console_free(Console *console)
{
    if (!console)
        return;
    console_done(console);
    free(console);
}

static bool is_devpts(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) >= 0 && fs.f_type == DEVPTS_SUPER_MAGIC;
}

int console_make_terminal(int devpts, int *ret_master, int *ret_terminal)
{
    _cleanup_close_ int master = -EBADF;
    int terminal, unlocked = 0;
    struct stat st;

    if (!is_devpts(devpts))
        return -EXDEV;
    master = openat(devpts, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (master < 0 || fstat(master, &st) < 0)
        return -errno;
    if (!is_devpts(master) || st.st_rdev != makedev(PTMX_MAJOR, PTMX_MINOR))
        return -EXDEV;
    if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
        return -errno;
    terminal = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0)
        return -errno;
    *ret_master = TAKE_FD(master);
    *ret_terminal = terminal;
    return 0;
}

int console_begin(Console *console, int master)
{
    Flow *in = &console->flows[CONSOLE_IN], *out = &console->flows[CONSOLE_TERMINAL];

    drop_ends(console);
    if (!console_wants_terminal(console))
        return 0;
    console->master = master;
    in->from = fcntl(console->terminal.fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    in->to = (Outlet){ .fd = fcntl(master, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), .own = true };
    out->from = fcntl(master, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    out->to = (Outlet){ .fd = fcntl(console->terminal.fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), .own = true };
    if (in->from < 0 || in->to.fd < 0 || out->from < 0 || out->to.fd < 0 ||
        fcntl(master, F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    terminal_copy_size(&console->terminal, master);
    return terminal_set_raw(&console->terminal);
}

void console_hear_signal(Console *console, int number)
{
    if (number == SIGWINCH && console->master >= 0)
        terminal_copy_size(&console->terminal, console->master);
    if (number == SIGCONT && console->terminal.raw)
        (void) terminal_set_raw(&console->terminal);
}

void console_await(const Console *console, struct pollfd fds[static _CONSOLE_MAX])
{
    for (int i = 0; i < _CONSOLE_MAX; i++)
        fds[i] = flow_await(&console->flows[i]);
}

/* Nothing is to be read any more: the program sees the end of a pipe, or is hung up. */
static void end_input(Console *console)
{
    flow_close(&console->flows[CONSOLE_IN]);
    flow_close(&console->flows[CONSOLE_TERMINAL]);
    console->master = safe_close(console->master);
}

bool console_turn(Console *console, const struct pollfd fds[static _CONSOLE_MAX])
{
    Flow *in = &console->flows[CONSOLE_IN];
    bool escaped = false;
    size_t n;

    for (int i = 0; i < _CONSOLE_MAX; i++) {
        n = flow_turn(&console->flows[i], &fds[i]);
        if (i == CONSOLE_IN && n > 0 && console->master >= 0)
            escaped = terminal_hears_escape(&console->terminal, in->data, n);
    }
    if (in->to.fd >= 0 && flow_is_over(in))
        end_input(console);
    return escaped;
}

bool console_is_over(const Console *console)
{
    return flow_is_over(&console->flows[CONSOLE_TERMINAL]) && flow_is_over(&console->flows[CONSOLE_OUT]) &&
           flow_is_over(&console->flows[CONSOLE_ERRORS]);
}

static bool has_to_write(const Console *console)
{
    for (int i = CONSOLE_TERMINAL; i < _CONSOLE_MAX; i++)
        if (console->flows[i].begin < console->flows[i].end)
            return true;
    return false;
}

static void stop_reading(Console *console)
{
    for (int i = CONSOLE_TERMINAL; i < _CONSOLE_MAX; i++)
        console->flows[i].from = safe_close(console->flows[i].from);
}

void console_drain(Console *console, int interrupt)
{
    int64_t end_ns = monotonic_ns() + DRAIN_MS * INT64_C(1000000);
    struct pollfd fds[_CONSOLE_MAX + 1];

    flow_close(&console->flows[CONSOLE_IN]);
    while (!console_is_over(console)) {
        int n;

        console_await(console, fds);
        fds[_CONSOLE_MAX] = (struct pollfd){ .fd = interrupt, .events = POLLIN };
        n = poll(fds, _CONSOLE_MAX + 1, has_to_write(console) ? -1 : DRAIN_SILENT_MS);
        if (fds[_CONSOLE_MAX].revents || (n < 0 && errno != EINTR))
            return;
        if (n == 0 || monotonic_ns() > end_ns)
            stop_reading(console);
        (void) console_turn(console, fds);
    }
}
