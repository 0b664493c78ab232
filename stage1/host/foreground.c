/* SPDX-License-Identifier: Apache-2.0 */

#include "foreground.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/relay.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "control.h"
#include "escape.h"

static int open_pipe(LogPipe *pipe, int *ret_write)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    pipe->fd = fds[0];
    *ret_write = fds[1];
    return 0;
}

/* The pipe of its errors is as /dev/console is, which is its standard output. Both are the init's to read:
 * see carrier.h. */
static int open_app_pipes(AppParts *app, LogPipe *pipes)
{
    int *fds = app->fds, ends[2], r = 0;

    for (size_t i = 0; r >= 0 && i < 2; i++)
        r = open_pipe(&pipes[i], &fds[APP_FD_CARRIED_OUTPUT + i]);
    if (r < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return r < 0 ? r : -errno;
    fds[APP_FD_ERRORS_END] = ends[0];
    fds[APP_FD_ERRORS] = ends[1];
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 || fchown(ends[1], app->plan->uid, app->plan->gid) < 0 ||
                           fchmod(ends[1], 0622) < 0
                   ? -errno
                   : 0;
}

static void begin_backlogs(Foreground *foreground, const char *journal_namespace, size_t index)
{
    ForegroundApp *app = &foreground->apps[index];

    for (size_t i = 0; i < 2; i++) {
        Backlog *backlog = &foreground->pipes[2 * index + i].backlog;

        backlog->budget = &app->budget;
        backlog->identifier = app->name;
        backlog->journal_namespace = journal_namespace;
        backlog->keep_stream = journal_namespace && index == 0 && i == 0;
    }
}

int foreground_open_pipes(Foreground *foreground, PodParts *pod, Error *reterr)
{
    const PodSettings *settings = &pod->settings;
    size_t n_apps = settings->plan->n_apps;
    int r = 0;

    if (settings->service_main)
        return settings->interactive
                       ? error_set(
                                 reterr, -ENOTTY,
                                 "--interactive: a service of Type=notify has no terminal, its main process "
                                 "being the pod's init")
                       : 0;
    foreground->pipes = calloc(2 * n_apps + 1, sizeof(LogPipe));
    foreground->apps = calloc(n_apps, sizeof(ForegroundApp));
    if (!foreground->pipes || !foreground->apps)
        return -ENOMEM;
    foreground->n_apps = n_apps;
    foreground->n_pipes = 2 * n_apps + 1;
    for (size_t i = 0; i < foreground->n_pipes; i++)
        foreground->pipes[i] = (LogPipe){ .fd = -EBADF, .backlog = BACKLOG_INIT };
    for (size_t i = 0; r >= 0 && i < n_apps; i++) {
        foreground->apps[i] = (ForegroundApp){ .name = settings->plan->apps[i].name,
                                               .budget = { .limit = settings->line_limit } };
        r = open_app_pipes(&pod->apps[i], &foreground->pipes[2 * i]);
        if (r >= 0 && settings->systemd)
            begin_backlogs(foreground, settings->journal_namespace, i);
    }
    if (r >= 0)
        r = open_pipe(&foreground->pipes[2 * n_apps], &foreground->init_errors);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make a pipe");
    return settings->interactive ? foreground_open_console(foreground, pod, reterr) : 0;
}

/* The init gets no descriptor of the terminal: its apps could reach it. */
void foreground_leave(Foreground *foreground)
{
    int null;

    if (foreground->init_errors < 0)
        return;
    (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (size_t i = 0; i < foreground->n_pipes; i++)
        (void) safe_close(foreground->pipes[i].fd);
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
        backlog_done(&foreground->pipes[i].backlog);
    }
    free(foreground->pipes);
    free(foreground->apps);
    (void) safe_close(foreground->control);
    console_free(foreground->console);
    (void) safe_close(foreground->master);
    *foreground = (Foreground) FOREGROUND_INIT;
}

/* ----- Output ----- */

enum { PREFIX_MAX = 512, OUTPUT_SIZE = 4 * (sizeof(((LogPipe *) NULL)->line) + PREFIX_MAX) };

/* What is to be written to a standard descriptor. While nobody reads, it stays here, and what does not fit
 * stays in the apps' pipes: so the apps wait, and we still receive signals. */
typedef struct Output {
    Outlet to;
    char data[OUTPUT_SIZE];
    size_t filled;
} Output;

static bool output_has_room(const Output *output)
{
    return sizeof(output->data) - output->filled >= sizeof(((LogPipe *) NULL)->line) + PREFIX_MAX;
}

static void output_write(Output *output)
{
    ssize_t n = outlet_write(&output->to, output->data, output->filled);

    if (n < 0)
        n = (ssize_t) output->filled; /* nobody can read it any more */
    output->filled -= (size_t) n;
    memmove(output->data, output->data + n, output->filled);
}

/* The init's own errors are printed as they are. A terminal that an app has does not do what a newline needs.
 */
static void print_line(const Foreground *foreground, size_t index, size_t size, Output *output)
{
    const char *text = foreground->pipes[index].line,
               *end = foreground->console && foreground->console->terminal.raw ? "\r\n" : "\n";
    size_t room = sizeof(output->data) - output->filled;
    const ForegroundApp *app = &foreground->apps[index / 2];
    int64_t now_us = monotonic_ns() / 1000;
    int n;

    if (index == foreground->n_pipes - 1)
        n = snprintf(output->data + output->filled, room, "%.*s%s", (int) size, text, end);
    else
        n = snprintf(output->data + output->filled, room, "[%5lld.%06lld] %s[%d]: %.*s%s",
                     (long long) now_us / 1000000, (long long) now_us % 1000000, app->name, (int) app->pid,
                     (int) size, text, end);
    output->filled += (size_t) n < room ? (size_t) n : room - 1;
}

/* A line that has no end is printed when there is no more room for it, when the pipe has ended, or when the
 * init is about to say something. */
static void print_lines(Foreground *foreground, size_t index, Output *output, bool unended)
{
    LogPipe *pipe = &foreground->pipes[index];

    while (pipe->filled > 0 && output_has_room(output)) {
        char *newline = memchr(pipe->line, '\n', pipe->filled);
        size_t size = newline ? (size_t) (newline - pipe->line) : pipe->filled, taken = size + !!newline;

        if (!newline && pipe->fd >= 0 && pipe->filled < sizeof(pipe->line) && !unended)
            return;
        print_line(foreground, index, size, output);
        pipe->filled -= taken;
        memmove(pipe->line, pipe->line + taken, pipe->filled);
    }
}

static void read_pipe(LogPipe *pipe)
{
    ssize_t n = read(pipe->fd, pipe->line + pipe->filled, sizeof(pipe->line) - pipe->filled);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        pipe->fd = safe_close(pipe->fd);
    if (n <= 0)
        return;
    backlog_add(&pipe->backlog, pipe->line + pipe->filled, (size_t) n);
    pipe->filled += (size_t) n;
}

/* ----- The loop ----- */

static int catch_signals(void)
{
    static const int handed_on[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCHLD, SIGWINCH, SIGCONT };
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

/* Asks the pod to stop; the second time, ends it. What a terminal sends is the console's. */
static void hand_on_signals(const Foreground *foreground, int signals, unsigned *asked)
{
    struct signalfd_siginfo info;

    while (read(signals, &info, sizeof(info)) == (ssize_t) sizeof(info)) {
        if (info.ssi_signo == SIGWINCH || info.ssi_signo == SIGCONT) {
            if (foreground->console)
                console_hear_signal(foreground->console, (int) info.ssi_signo);
        } else if (info.ssi_signo != SIGCHLD)
            (void) kill(foreground->init, (*asked)++ == 0 ? SIGTERM : SIGKILL);
    }
}

static void hear_apps(Foreground *foreground)
{
    ControlMessage message;

    if (control_receive(foreground->control, &message) <= 0) {
        foreground->control = safe_close(foreground->control);
        return;
    }
    if (message.app < foreground->n_apps)
        foreground->apps[message.app].pid = message.pid;
}

/* What the apps say things by is the pod's alone, so that our pipes end with it. */
static void leave_to_pod(Foreground *foreground, PodParts *pod)
{
    FOREACH_APP_PARTS (app, pod)
        app_parts_close(app, APP_FDS_SPEECH, APP_FDS_MOUNTS);
    foreground->init_errors = safe_close(foreground->init_errors);
}

typedef struct Loop {
    Foreground *foreground;
    int signals;
    unsigned asked;       /* to stop, from outside */
    int64_t init_wait_ns; /* how long the init's words wait for the apps' (CLOCK_MONOTONIC); 0: they do not */
    Output outputs[2];
    Escape escape;
    struct pollfd *fds; /* the pipes', as many streams', then: */
} Loop;
enum {
    POLL_OUTPUTS,
    POLL_ERRORS,
    POLL_CONTROL,
    POLL_SIGNALS,
    POLL_ESCAPE,
    POLL_CONSOLE,
    _POLL_MAX = POLL_CONSOLE + _CONSOLE_MAX
};
/* For what apps said to be printed before what the init says of them. */
enum { INIT_WAIT_MS = 1000, INIT_LOOK_MS = 50 };
enum { LAST_WORDS_MS = 100 }; /* for somebody to read them, once the pod has ended as it was asked to */

static Output *output_of(Loop *loop, size_t index)
{
    return &loop->outputs[index == loop->foreground->n_pipes - 1 ? POLL_ERRORS : POLL_OUTPUTS];
}

static bool is_over(const Loop *loop)
{
    const Foreground *foreground = loop->foreground;

    for (size_t i = 0; i < foreground->n_pipes; i++)
        if (foreground->pipes[i].fd >= 0 || foreground->pipes[i].filled > 0 ||
            !(backlog_is_empty(&foreground->pipes[i].backlog) ||
              backlog_has_given_up(&foreground->pipes[i].backlog)))
            return false;
    if (foreground->console && !console_is_over(foreground->console))
        return false;
    return loop->outputs[POLL_OUTPUTS].filled == 0 && loop->outputs[POLL_ERRORS].filled == 0;
}

static bool apps_have_said(const Loop *loop)
{
    bool said = loop->outputs[POLL_OUTPUTS].filled > 0;

    for (size_t i = 0; !said && i < loop->foreground->n_pipes - 1; i++) {
        struct pollfd pipe = { .fd = loop->foreground->pipes[i].fd, .events = POLLIN };

        said = poll(&pipe, 1, 0) > 0;
    }
    return said;
}

/* The pod has ended because somebody asked for it, who does not wait for long. */
static bool is_last(const Loop *loop)
{
    return loop->asked > 0 && loop->foreground->control < 0;
}

/* The init's lines about an app come through another pipe than that app's lines before. They are left there
 * until the app's are printed. */
static bool init_has_to_wait(Loop *loop)
{
    if (is_last(loop) || !apps_have_said(loop)) {
        loop->init_wait_ns = 0;
        return false;
    }
    if (loop->init_wait_ns == 0)
        loop->init_wait_ns = monotonic_ns() + INIT_WAIT_MS * INT64_C(1000000);
    return monotonic_ns() < loop->init_wait_ns;
}

/* How long until the backlogs are looked at. */
static int turn_backlogs(Loop *loop)
{
    int next = -1;

    for (size_t i = 0; i < loop->foreground->n_pipes; i++)
        next = shorter_ms(next, backlog_turn(&loop->foreground->pipes[i].backlog));
    return next;
}

/* 0: nothing happens any more, and whoever asked for the end does not wait for a reader that does not read.
 */
static int await(Loop *loop)
{
    int timeout = is_last(loop) ? LAST_WORDS_MS : -1, r;
    int later = turn_backlogs(loop); /* which may have room, then */
    size_t n = loop->foreground->n_pipes;
    struct pollfd *own = loop->fds + 2 * n;

    if (is_over(loop)) /* by what the journal has just taken */
        return 1;
    for (size_t i = 0; i < n; i++) {
        loop->fds[n + i] = backlog_await(&loop->foreground->pipes[i].backlog);
        loop->fds[i] = (struct pollfd){
            .fd = output_has_room(output_of(loop, i)) && backlog_has_room(&loop->foreground->pipes[i].backlog)
                          ? loop->foreground->pipes[i].fd
                          : -EBADF,
            .events = POLLIN,
        };
    }
    if (loop->init_wait_ns > 0 && init_has_to_wait(loop)) {
        loop->fds[n - 1].fd = -EBADF;
        later = shorter_ms(later, INIT_LOOK_MS);
    }
    for (size_t i = POLL_OUTPUTS; i <= POLL_ERRORS; i++)
        own[i] = (struct pollfd){
            .fd = loop->outputs[i].filled > 0 ? loop->outputs[i].to.fd : -EBADF,
            .events = POLLOUT,
        };
    own[POLL_CONTROL] = (struct pollfd){ .fd = loop->foreground->control, .events = POLLIN };
    own[POLL_SIGNALS] = (struct pollfd){ .fd = loop->signals, .events = POLLIN };
    own[POLL_ESCAPE] = escape_await(&loop->escape);
    if (loop->foreground->console)
        console_await(loop->foreground->console, own + POLL_CONSOLE);
    if (loop->foreground->console && loop->foreground->control < 0)
        later = shorter_ms(later, CONSOLE_LOOK_MS);
    r = poll(loop->fds, (nfds_t) (2 * n + (loop->foreground->console ? _POLL_MAX : POLL_CONSOLE)),
             timeout < 0 ? later : timeout);
    return (r < 0 && errno == EINTR) || (r == 0 && timeout < 0) ? 1 : r;
}

static void read_and_print(Loop *loop, size_t index)
{
    if (loop->fds[index].revents)
        read_pipe(&loop->foreground->pipes[index]);
    print_lines(loop->foreground, index, output_of(loop, index), false);
}

static void read_pipes(Loop *loop)
{
    size_t init = loop->foreground->n_pipes - 1;

    for (size_t i = 0; i < init; i++)
        read_and_print(loop, i);
    if (loop->fds[init].revents && init_has_to_wait(loop))
        return;
    for (size_t i = 0; loop->fds[init].revents && i < init; i++)
        print_lines(loop->foreground, i, output_of(loop, i), true);
    read_and_print(loop, init);
}

static void turn(Loop *loop)
{
    Foreground *foreground = loop->foreground;
    const struct pollfd *own = loop->fds + 2 * foreground->n_pipes;

    if (own[POLL_SIGNALS].revents)
        hand_on_signals(foreground, loop->signals, &loop->asked);
    if (own[POLL_CONTROL].revents)
        hear_apps(foreground);
    if (foreground->console && loop->foreground->control < 0)
        console_finish(foreground->console);
    if (escape_turn(&loop->escape, &own[POLL_ESCAPE]) ||
        (foreground->console && console_turn(foreground->console, own + POLL_CONSOLE))) {
        loop->asked++;
        (void) kill(foreground->init, SIGKILL);
    }
    for (size_t i = POLL_OUTPUTS; i <= POLL_ERRORS; i++)
        if (own[i].revents)
            output_write(&loop->outputs[i]);
    read_pipes(loop);
}

int foreground_run(Foreground *foreground, PodParts *pod, Machine *machine)
{
    _cleanup_close_ int signals = catch_signals();
    _cleanup_free_ struct pollfd *fds = calloc(2 * foreground->n_pipes + _POLL_MAX, sizeof(struct pollfd));
    Loop loop = { .foreground = foreground, .signals = signals, .escape = ESCAPE_INIT, .fds = fds };

    if (!fds)
        return -ENOMEM;
    leave_to_pod(foreground, pod);
    if (foreground->console) {
        int r = console_begin(foreground->console, TAKE_FD(foreground->master));

        if (r < 0)
            log_warning("cannot take the terminal: %s", strerror(-r));
    } else
        escape_open(&loop.escape);
    outlet_open(&loop.outputs[POLL_OUTPUTS].to, STDOUT_FILENO);
    outlet_open(&loop.outputs[POLL_ERRORS].to, STDERR_FILENO);
    while (!is_over(&loop) && await(&loop) > 0)
        turn(&loop);
    outlet_close(&loop.outputs[POLL_OUTPUTS].to);
    outlet_close(&loop.outputs[POLL_ERRORS].to);
    escape_close(&loop.escape);
    console_free(TAKE_PTR(foreground->console)); /* the terminal is as it was */
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
