/* SPDX-License-Identifier: Apache-2.0 */

#include "foreground.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/prctl.h>
#include <syslog.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "journal/stream.h"

static int open_stream(const Host *host, const char *identifier, int priority)
{
    JournalStreamOptions options = JOURNAL_STREAM_OPTIONS_INIT;
    int fd, r;

    options.journal_namespace = host->journal_namespace;
    options.identifier = identifier;
    options.priority = priority;
    r = journal_stream_open(&options, &fd);
    return r < 0 ? r : fd;
}

/* A service's apps write to their streams themselves. */
static int open_streams(Host *host, Error *reterr)
{
    for (size_t i = 0; i < host->plan->n_apps; i++) {
        HostApp *app = &host->apps[i];

        app->output = open_stream(host, app->plan->name, LOG_INFO);
        app->errors = open_stream(host, app->plan->name, LOG_INFO);
        if (app->output < 0 || app->errors < 0)
            return error_set_errno(reterr, app->output < 0 ? app->output : app->errors,
                                   "cannot open a journal stream for app %s", app->plan->name);
    }
    return 0;
}

static int open_pipe(LogPipe *pipe, int *ret_write)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    pipe->fd = fds[0];
    *ret_write = fds[1];
    return 0;
}

int foreground_open_logs(Foreground *foreground, Host *host, Error *reterr)
{
    size_t n_apps = host->plan->n_apps;
    int r;

    if (host->service_main)
        return open_streams(host, reterr);
    foreground->pipes = calloc(2 * n_apps + 1, sizeof(LogPipe));
    foreground->app_pids = calloc(n_apps, sizeof(pid_t));
    if (!foreground->pipes || !foreground->app_pids)
        return -ENOMEM;
    foreground->n_pipes = 2 * n_apps + 1;
    for (size_t i = 0; i < foreground->n_pipes; i++)
        foreground->pipes[i].fd = foreground->pipes[i].journal = -EBADF;
    for (size_t i = 0; i < n_apps; i++) {
        HostApp *app = &host->apps[i];
        LogPipe *pipes = &foreground->pipes[2 * i];

        r = open_pipe(&pipes[0], &app->output);
        if (r >= 0)
            r = open_pipe(&pipes[1], &app->errors);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot make a pipe");
        if (host->systemd) {
            pipes[0].journal = open_stream(host, app->plan->name, LOG_INFO);
            pipes[1].journal = open_stream(host, app->plan->name, LOG_INFO);
        }
    }
    r = open_pipe(&foreground->pipes[2 * n_apps], &foreground->init_errors);
    return r < 0 ? error_set_errno(reterr, r, "cannot make a pipe") : 0;
}

/* The init gets no descriptor of the terminal: its apps could reach it. */
void foreground_leave(Foreground *foreground)
{
    int null;

    if (foreground->init_errors < 0)
        return;
    (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (size_t i = 0; i < foreground->n_pipes; i++) {
        (void) safe_close(foreground->pipes[i].fd);
        (void) safe_close(foreground->pipes[i].journal);
    }
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void) dup2(null, STDIN_FILENO);
    (void) dup2(foreground->init_errors, STDOUT_FILENO);
    (void) dup2(foreground->init_errors, STDERR_FILENO);
    (void) safe_close(null);
    (void) safe_close(foreground->init_errors);
}

void foreground_done(Foreground *foreground)
{
    for (size_t i = 0; i < foreground->n_pipes; i++) {
        (void) safe_close(foreground->pipes[i].fd);
        (void) safe_close(foreground->pipes[i].journal);
    }
    free(foreground->pipes);
    free(foreground->app_pids);
    *foreground = (Foreground) FOREGROUND_INIT;
}

/* ----- Output ----- */

static void print_line(const Foreground *foreground, const Host *host, size_t index, const char *text,
                       size_t size)
{
    int64_t now_us;

    if (index == foreground->n_pipes - 1) {
        (void) dprintf(STDERR_FILENO, "%.*s\n", (int) size, text);
        return;
    }
    now_us = monotonic_ns() / 1000;
    (void) dprintf(STDOUT_FILENO, "[%5lld.%06lld] %s[%d]: %.*s\n", (long long) now_us / 1000000,
                   (long long) now_us % 1000000, host->apps[index / 2].plan->name,
                   (int) foreground->app_pids[index / 2], (int) size, text);
}

/* Returns false at the end of the pipe. */
static bool copy_output(Foreground *foreground, const Host *host, size_t index)
{
    LogPipe *pipe = &foreground->pipes[index];
    ssize_t n = read(pipe->fd, pipe->line + pipe->filled, sizeof(pipe->line) - pipe->filled);
    char *start = pipe->line, *newline;

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n > 0 && pipe->journal >= 0)
        (void) write_full(pipe->journal, pipe->line + pipe->filled, (size_t) n);
    pipe->filled += (size_t) n;
    while ((newline = memchr(start, '\n', pipe->filled - (size_t) (start - pipe->line)))) {
        print_line(foreground, host, index, start, (size_t) (newline - start));
        start = newline + 1;
    }
    pipe->filled -= (size_t) (start - pipe->line);
    if (pipe->filled > 0 && (n == 0 || pipe->filled == sizeof(pipe->line))) {
        print_line(foreground, host, index, start, pipe->filled);
        pipe->filled = 0;
    }
    memmove(pipe->line, start, pipe->filled);
    if (n == 0)
        pipe->fd = safe_close(pipe->fd);
    return n > 0;
}

/* ----- The loop ----- */

static int catch_signals(void)
{
    static const int handed_on[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCHLD };
    sigset_t set;
    int fd;

    (void) sigemptyset(&set);
    for (size_t i = 0; i < ELEMENTSOF(handed_on); i++)
        (void) sigaddset(&set, handed_on[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* Asks the pod to stop; the second time, ends it. */
static void hand_on_signals(const Foreground *foreground, int signals, unsigned *asked)
{
    struct signalfd_siginfo info;

    while (read(signals, &info, sizeof(info)) == (ssize_t) sizeof(info))
        if (info.ssi_signo != SIGCHLD)
            (void) kill(foreground->init, (*asked)++ == 0 ? SIGTERM : SIGKILL);
}

static void hear_init(Foreground *foreground, Host *host)
{
    ControlMessage message;

    if (control_receive(host->control, &message) <= 0) {
        host->control = safe_close(host->control);
        return;
    }
    if (message.kind == CONTROL_APP_STARTED && message.app < host->plan->n_apps)
        foreground->app_pids[message.app] = message.value;
}

/* The write ends are the pod's alone, so that pipes end with it. */
static void drop_write_ends(Foreground *foreground, Host *host)
{
    for (size_t i = 0; i < host->plan->n_apps; i++) {
        host->apps[i].output = safe_close(host->apps[i].output);
        host->apps[i].errors = safe_close(host->apps[i].errors);
    }
    foreground->init_errors = safe_close(foreground->init_errors);
}

int foreground_run(Foreground *foreground, Host *host, Machine *machine)
{
    _cleanup_close_ int signals = catch_signals();
    size_t n = foreground->n_pipes, open = n;
    _cleanup_free_ struct pollfd *fds = calloc(n + 2, sizeof(struct pollfd));
    unsigned asked = 0;

    if (!fds)
        return -ENOMEM;
    drop_write_ends(foreground, host);
    while (open > 0) {
        for (size_t i = 0; i < n; i++)
            fds[i] = (struct pollfd){ .fd = foreground->pipes[i].fd, .events = POLLIN };
        fds[n] = (struct pollfd){ .fd = host->control, .events = POLLIN };
        fds[n + 1] = (struct pollfd){ .fd = signals, .events = POLLIN };
        if (poll(fds, (nfds_t) (n + 2), -1) < 0 && errno != EINTR)
            break;
        if (fds[n].revents)
            hear_init(foreground, host);
        for (size_t i = 0; i < n; i++)
            if (fds[i].revents && !copy_output(foreground, host, i))
                open--;
        if (fds[n + 1].revents)
            hand_on_signals(foreground, signals, &asked);
    }
    machine_done(machine);
    return wait_for_exit(foreground->init);
}

void foreground_kill(Foreground *foreground)
{
    if (foreground->init <= 0)
        return;
    (void) kill(foreground->init, SIGKILL);
    (void) wait_for_exit(foreground->init);
}
