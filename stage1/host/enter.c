/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `enter`: runs a command in an app of a running pod, and ends with its status. This process
 * stays outside: it copies, hands signals on, and waits. */

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/message.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "enter-arguments.h"
#include "entry.h"

enum { EXIT_ENTER = 1 };

static int take_arguments(Entry *entry, int argc, char *argv[], Error *reterr)
{
    EnterArguments arguments = {};
    int r = enter_arguments_parse(&arguments, argc, argv, reterr);

    entry->debug = arguments.debug;
    if (r < 0)
        return r;
    entry->init = arguments.pid;
    entry->app_name = arguments.app_name;
    entry->command = arguments.command;
    entry->uuid = enter_find_uuid();
    return entry->uuid ? 0 : -ENOMEM;
}

/* ----- Outside ----- */

typedef struct Outside {
    Console *console;
    int signals, cgroup;    /* cgroup: the init's, for processes that hang */
    EntryReport report;     /* our ends */
    pid_t joining, command; /* 0: not known yet, or ended */
    bool ended;
    int status;
} Outside;

static int catch_signals(Outside *outside)
{
    static const int caught[] = { SIGCHLD, SIGTERM, SIGINT,   SIGHUP, SIGQUIT,
                                  SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT };
    sigset_t set;

    (void) sigemptyset(&set);
    for (size_t i = 0; i < ELEMENTSOF(caught); i++)
        (void) sigaddset(&set, caught[i]);
    if (sigprocmask(SIG_SETMASK, &set, NULL) < 0)
        return -errno;
    (void) signal(SIGPIPE, SIG_IGN);
    outside->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return outside->signals < 0 ? -errno : 0;
}

/* From now on only what asks us to end. */
static void ignore_children(const Outside *outside)
{
    static const int caught[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
    sigset_t set;

    (void) sigemptyset(&set);
    for (size_t i = 0; i < ELEMENTSOF(caught); i++)
        (void) sigaddset(&set, caught[i]);
    (void) signalfd(outside->signals, &set, 0);
}

/* The child that joins, the command, or a process of the console. */
static void reap(Outside *outside)
{
    for (;;) {
        siginfo_t info = { .si_pid = 0 };
        int status;

        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
            return;
        status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
        if (console_note_end(outside->console, info.si_pid))
            continue;
        if (info.si_pid != outside->joining) {
            if (info.si_code != CLD_EXITED && info.si_status == SIGSYS)
                (void) dprintf(STDERR_FILENO, "enter: the command ended with SIGSYS; the kernel's log may "
                                              "name the system call that "
                                              "the app's filter refused (journalctl -k -g type=1326)\n");
            outside->ended = true;
            outside->status = status;
            outside->command = 0;
            continue;
        }
        outside->joining = 0;
        if (status != 0 && !outside->ended) {
            if (info.si_code != CLD_EXITED && info.si_status == SIGSYS)
                (void) dprintf(STDERR_FILENO,
                               "enter: the app's system call filter does not let a process be made in it\n");
            outside->ended = true;
            outside->status = EXIT_ENTER;
        }
    }
}

static void hand_on(const Outside *outside, int number)
{
    if (outside->command > 0)
        (void) kill(outside->command, number);
    else if (outside->joining > 0)
        (void) kill(outside->joining, SIGKILL);
}

static void hear_signals(Outside *outside)
{
    struct signalfd_siginfo info;

    while (read(outside->signals, &info, sizeof(info)) == (ssize_t) sizeof(info))
        switch (info.ssi_signo) {
        case SIGCHLD: reap(outside); break;
        case SIGWINCH:
        case SIGCONT: console_hear_signal(outside->console, (int) info.ssi_signo); break;
        case SIGTERM:
        case SIGHUP:
            console_move(outside->console, outside->cgroup);
            hand_on(outside, (int) info.ssi_signo);
            break;
        default: hand_on(outside, (int) info.ssi_signo);
        }
}

/* Only a child of ours counts: a process that traces the one that joined could write any number. */
static void take_command(Outside *outside, pid_t pid)
{
    siginfo_t info;

    if (pid > 0 && !outside->ended && waitid(P_PID, (id_t) pid, &info, WEXITED | WNOHANG | WNOWAIT) >= 0)
        outside->command = pid;
}

static void hear_command(Outside *outside)
{
    uint64_t command;

    if (read(outside->report.command, &command, sizeof(command)) == (ssize_t) sizeof(command))
        take_command(outside, (pid_t) command);
    outside->report.command = safe_close(outside->report.command);
}

static int hear_terminal(Outside *outside)
{
    _cleanup_close_ int master = -EBADF;
    char byte;
    ssize_t n = message_receive(outside->report.terminal, &byte, sizeof(byte), &master);

    if (n == -EAGAIN)
        return 0;
    outside->report.terminal = safe_close(outside->report.terminal);
    if (n <= 0 || master < 0 || !console_wants_terminal(outside->console))
        return 0;
    return console_begin(outside->console, TAKE_FD(master));
}

enum { POLL_SIGNALS = _CONSOLE_MAX, POLL_TERMINAL, POLL_COMMAND, _POLL_MAX };

static int loop(Outside *outside)
{
    struct pollfd fds[_POLL_MAX];
    int r = 0;

    while (!outside->ended && r >= 0) {
        console_await(outside->console, fds);
        fds[POLL_SIGNALS] = (struct pollfd){ .fd = outside->signals, .events = POLLIN };
        fds[POLL_TERMINAL] = (struct pollfd){ .fd = outside->report.terminal, .events = POLLIN };
        fds[POLL_COMMAND] = (struct pollfd){ .fd = outside->report.command, .events = POLLIN };
        if (poll(fds, _POLL_MAX, -1) < 0) {
            if (errno != EINTR)
                return -errno;
            continue;
        }
        if (fds[POLL_TERMINAL].revents)
            r = hear_terminal(outside);
        if (fds[POLL_COMMAND].revents)
            hear_command(outside);
        if (console_turn(outside->console, fds))
            hand_on(outside, SIGKILL);
        if (fds[POLL_SIGNALS].revents)
            hear_signals(outside);
    }
    return r;
}

static int start(const Entry *entry, Outside *outside, Error *reterr)
{
    int terminal[2], command;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, terminal) < 0)
        return error_set_errno(reterr, -errno, "cannot make a socket");
    command = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (command < 0)
        return error_set_errno(reterr, -errno, "cannot make an event descriptor");
    outside->joining = fork();
    if (outside->joining < 0)
        return error_set_errno(reterr, -errno, "cannot fork");
    if (outside->joining == 0)
        entry_join(entry, outside->console, (EntryReport){ terminal[1], command });
    (void) close(terminal[1]);
    outside->report = (EntryReport){ terminal[0], command };
    return console_wants_terminal(outside->console) ? 0 : console_begin(outside->console, -EBADF);
}

static int enter(Entry *entry, int argc, char *argv[], Error *reterr)
{
    _cleanup_(console_done) Console console = CONSOLE_INIT;
    Outside outside = { .console = &console, .signals = -EBADF, .report = { -EBADF, -EBADF } };
    int r = spawn_prepare();

    if (r >= 0)
        r = take_arguments(entry, argc, argv, reterr);
    if (r >= 0)
        r = entry_find(entry, reterr);
    if (r < 0)
        return r;
    r = console_open(&console);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot open the console");
    outside.cgroup = entry->init_cgroup;
    r = catch_signals(&outside);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot receive signals");
    r = start(entry, &outside, reterr);
    if (r >= 0)
        r = loop(&outside);
    if (r < 0) {
        hand_on(&outside, SIGKILL);
        return r;
    }
    ignore_children(&outside);
    console_drain(&console, outside.signals);
    console_leave(&console, outside.cgroup);
    return outside.status;
}

int main(int argc, char *argv[])
{
    _cleanup_(entry_done) Entry entry = ENTRY_INIT;
    _cleanup_error_ Error error = ERROR_INIT;
    int r = enter(&entry, argc, argv, &error);

    if (r < 0) {
        error_print(&error, r, "enter", entry.debug);
        return EXIT_ENTER;
    }
    return r;
}
