/* SPDX-License-Identifier: Apache-2.0 */

#include "console.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/time-util.h"
#include "sandbox/cgroup.h"

/* After the program's end: how long its terminal is read, at most and when nothing comes; and how long a
 * carrier is waited for that writes nothing (it ends when its pipe is empty). */
enum { DRAIN_MS = 1000, DRAIN_SILENT_MS = 50, CARRIER_SILENT_MS = 5000 };
enum { PTMX_MAJOR = 5, PTMX_MINOR = 2 };

static const int flow_of_descriptor[] = { CONSOLE_IN, CONSOLE_OUT, CONSOLE_ERRORS };

/* From the program's standard output or errors, through a carrier, to ours. */
static int begin_output(Console *console, int descriptor, const int theirs[static 2],
                        const int ours[static 2])
{
    Flow *flow = &console->flows[flow_of_descriptor[descriptor]];

    if (fcntl(theirs[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(ours[0], F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    flow->from = fcntl(ours[0], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (flow->from < 0)
        return -errno;
    outlet_open(&flow->to, descriptor);
    console->ends[descriptor] = theirs[1];
    return carrier_begin(&console->carriers[descriptor], theirs[0], ours[1], theirs[1]);
}

/* From our standard input, through a carrier, to the program's. What is in the pipe between is lost to others
 * that read from our input, so the pipe is small. */
static int begin_input(Console *console, const int theirs[static 2], const int ours[static 2])
{
    Flow *flow = &console->flows[CONSOLE_IN];

    if (fcntl(ours[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(ours[1], F_SETFL, O_NONBLOCK) < 0)
        return -errno;
    (void) fcntl(ours[1], F_SETPIPE_SZ, PIPE_BUF);
    flow->to = (Outlet){ .fd = fcntl(ours[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1), .own = true };
    flow->from = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (flow->to.fd < 0 || flow->from < 0)
        return -errno;
    console->ends[STDIN_FILENO] = theirs[0];
    return carrier_begin(&console->carriers[STDIN_FILENO], ours[0], theirs[1], theirs[0]);
}

static int make_pipes(Console *console, int descriptor)
{
    int theirs[2], ours[2] = { -EBADF, -EBADF }, r;

    if (pipe2(theirs, O_CLOEXEC) < 0)
        return -errno;
    r = pipe2(ours, O_CLOEXEC) < 0   ? -errno
        : descriptor == STDIN_FILENO ? begin_input(console, theirs, ours)
                                     : begin_output(console, descriptor, theirs, ours);
    for (int i = 0; i < 2; i++) {
        (void) safe_close(ours[i]);
        if (theirs[i] != console->ends[descriptor])
            (void) close(theirs[i]);
    }
    return r;
}

int console_open(Console *console)
{
    int r = terminal_open(&console->terminal, STDIN_FILENO);

    if (r < 0 && r != -ENOTTY)
        return r;
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
        if (console_wants_terminal(console) && isatty(i))
            continue;
        r = make_pipes(console, i);
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
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        carrier_abandon(&console->carriers[i]);
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

static bool has_to_write(const Console *console)
{
    for (int i = CONSOLE_TERMINAL; i < _CONSOLE_MAX; i++)
        if (console->flows[i].begin < console->flows[i].end)
            return true;
    return false;
}

/* Gives up what was waited for long enough. */
static void stop_reading(Console *console)
{
    int64_t now_ns = monotonic_ns(), ms = 1000000, silent_ms = (now_ns - console->last_ns) / ms;

    if (silent_ms >= DRAIN_SILENT_MS || (now_ns - console->finished_ns) / ms > DRAIN_MS)
        console->flows[CONSOLE_TERMINAL].from = safe_close(console->flows[CONSOLE_TERMINAL].from);
    for (int i = CONSOLE_OUT; silent_ms >= CARRIER_SILENT_MS && i < _CONSOLE_MAX; i++)
        console->flows[i].from = safe_close(console->flows[i].from);
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
    if (console->finished_ns > 0 && has_to_write(console))
        console->last_ns = monotonic_ns();
    else if (console->finished_ns > 0)
        stop_reading(console);
    return escaped;
}

bool console_note_end(Console *console, pid_t pid)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (carrier_note_end(&console->carriers[i], pid))
            return true;
    return false;
}

void console_finish(Console *console)
{
    if (console->finished_ns > 0)
        return;
    flow_close(&console->flows[CONSOLE_IN]);
    carrier_abandon(&console->carriers[STDIN_FILENO]);
    carrier_finish(&console->carriers[STDOUT_FILENO]);
    carrier_finish(&console->carriers[STDERR_FILENO]);
    console->finished_ns = console->last_ns = monotonic_ns();
}

bool console_is_over(const Console *console)
{
    return flow_is_over(&console->flows[CONSOLE_TERMINAL]) && flow_is_over(&console->flows[CONSOLE_OUT]) &&
           flow_is_over(&console->flows[CONSOLE_ERRORS]);
}

void console_drain(Console *console, int interrupt)
{
    struct pollfd fds[_CONSOLE_MAX + 1];

    console_finish(console);
    while (!console_is_over(console)) {
        console_await(console, fds);
        fds[_CONSOLE_MAX] = (struct pollfd){ .fd = interrupt, .events = POLLIN };
        if ((poll(fds, _CONSOLE_MAX + 1, CONSOLE_LOOK_MS) < 0 && errno != EINTR) || fds[_CONSOLE_MAX].revents)
            return;
        (void) console_turn(console, fds);
    }
}

static bool has_exited(pid_t pid, int timeout_ms)
{
    _cleanup_close_ int process = (int) syscall(SYS_pidfd_open, pid, 0);
    struct pollfd end = { .fd = process, .events = POLLIN };

    return process < 0 || poll(&end, 1, timeout_ms) > 0;
}

void console_move(const Console *console, int cgroup)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (console->carriers[i].pid > 0)
            (void) cgroup_move(cgroup, console->carriers[i].pid);
}

void console_leave(Console *console, int cgroup)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        carrier_abandon(&console->carriers[i]);
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
        pid_t pid = console->carriers[i].pid;

        if (pid > 0 && !has_exited(pid, CONSOLE_LOOK_MS))
            (void) cgroup_move(cgroup, pid);
    }
}
