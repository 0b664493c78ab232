/* SPDX-License-Identifier: Apache-2.0 */
/* More than anybody can take: apps that do not end when they are asked to, and keep others busy. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

static int notify_socket(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/notify" };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
        through("cannot connect: %s", strerror(errno));
    return fd;
}

static void say(int fd, const char *text)
{
    if (send(fd, text, strlen(text), 0) < 0)
        through("cannot say it: %s", strerror(errno));
}

static void notify_ready(void)
{
    int fd = notify_socket();

    say(fd, "READY=1");
    close(fd);
}

static void notify_flood(void)
{
    int fd = notify_socket();

    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            for (;;)
                if (write(fd, "STATUS=x\nREADY=1", 16) < 0 && errno != EAGAIN && errno != ENOBUFS)
                    _exit(1);
    puts("notify-flood=begun");
    fflush(stdout);
    for (;;)
        pause();
}

_Noreturn static void say_done(void)
{
    printf("%s=done\n", attack);
    fflush(stdout);
    for (;;)
        pause();
}

/* Something else with each message, from three processes; then a last word. */
static void change_flood(void)
{
    time_t end = time(NULL) + 5;
    int fd = notify_socket();

    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            for (unsigned n = 0; time(NULL) < end; n++) {
                char text[128];

                snprintf(text, sizeof(text),
                         n & 1 ? "READY=1\nSTATUS=%u" : "RELOADING=1\nSTATUS=%u\nEXTEND_TIMEOUT_USEC=%u", n,
                         n * 1000);
                say(fd, text);
            }
            _exit(0);
        }
    while (wait(NULL) >= 0)
        ;
    say(fd, "READY=1\nSTATUS=the last");
    say_done();
}

/* An app that takes its time to start, and says so all the time. */
static void extend_flood(void)
{
    time_t end = time(NULL) + 6 * atoi(getenv("SLOWNESS"));
    int fd = notify_socket();

    for (unsigned n = 0; time(NULL) < end; n++) {
        char text[64];

        snprintf(text, sizeof(text), "EXTEND_TIMEOUT_USEC=%u", 20000000 + n);
        say(fd, text);
        usleep(1000);
    }
    say(fd, "READY=1");
    say_done();
}

/* The second is too soon after the first to be passed on at once. */
static void ping_twice(void)
{
    int fd = notify_socket();

    say(fd, "WATCHDOG=1");
    usleep(200 * 1000);
    say(fd, "WATCHDOG=1");
    say_done();
}

static void ping_flood(void)
{
    time_t end = time(NULL) + 5;
    int fd = notify_socket();

    while (time(NULL) < end)
        say(fd, "WATCHDOG=1");
    say_done();
}

/* Children of the init that end, as fast as can be. Not without end: the machine may have no limit of its
 * own. */
static void orphan_flood(void)
{
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            for (int n = 0; n < 20000; n++) {
                pid_t pid = fork();

                if (pid == 0)
                    _exit(fork() < 0);
                (void) waitpid(pid, NULL, 0);
            }
    for (;;)
        pause();
}

static void console_flood(void)
{
    static char bytes[65536];
    int fd = open("/dev/console", O_WRONLY | O_CLOEXEC);

    signal(SIGTERM, SIG_IGN);
    memset(bytes, 'x', sizeof(bytes));
    if (fd < 0)
        through("cannot open the console: %s", strerror(errno));
    for (int i = 0; i < 2; i++)
        if (fork() == 0)
            for (;;)
                (void) !write(i ? STDOUT_FILENO : fd, bytes, sizeof(bytes));
    for (;;)
        pause();
}

/* By each way into the journal. */
static void journal_flood(void)
{
    struct sockaddr_un log = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
    struct sockaddr_un native = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
    static char line[4096];

    signal(SIGTERM, SIG_IGN);
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\n';
    memcpy(line, "MESSAGE=<3>", 11);
    for (int i = 0; i < 3; i++) {
        int fd = i == 0 ? STDOUT_FILENO : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        if (i > 0)
            (void) connect(fd, (struct sockaddr *) (i == 1 ? &log : &native), sizeof(log));
        if (fork() == 0)
            for (;;)
                (void) !write(fd, line, sizeof(line));
    }
    for (;;)
        pause();
}

/* Each in a session of its own and deaf. */
static void crowd(void)
{
    signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < 300; i++)
        if (fork() == 0) {
            setsid();
            for (;;)
                pause();
        }
    for (;;)
        pause();
}

/* All that there is room for, in sessions of their own and deaf. */
static void fork_bomb(void)
{
    unsigned n = 0;

    signal(SIGTERM, SIG_IGN);
    for (;;) {
        pid_t pid = fork();

        if (pid == 0) {
            setsid();
            for (;;)
                if (fork() < 0)
                    sleep(1);
        }
        if (pid < 0) {
            printf("fork-bomb=full after %u\n", n);
            fflush(stdout);
            break;
        }
        n++;
    }
    for (;;)
        pause();
}

/* Goes with its parent, so that nobody else has the pipe. */
static pid_t fork_companion(void)
{
    pid_t pid = fork();

    if (pid == 0)
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    return pid;
}

/* Whether it waits where no signal ends that: for a lock. */
static bool hangs(pid_t pid)
{
    char path[64], state = 0;
    FILE *file;

    (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
    file = fopen(path, "re");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 0;
    if (file)
        (void) fclose(file);
    return state == 'D';
}

/* By a file in the pod's memory, once whoever only asks how much the pipe holds hangs. */
static void tell_when_held(int pipe)
{
    pid_t asks;
    int n;

    (void) signal(SIGCHLD, SIG_IGN);
    asks = fork_companion();
    while (asks == 0)
        (void) usleep(ioctl(pipe, FIONREAD, &n) < 0 ? 100000 : 10000);
    if (fork_companion() != 0)
        return;
    for (int times = 0; times < 20; times = hangs(asks) ? times + 1 : 0)
        (void) usleep(5000);
    (void) close(open("/dev/shm/held", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    _exit(0);
}

/* The kernel holds the lock of a pipe while it waits for the source of what is to go there. */
static void hold_by(int pipe, int source, bool by_splice)
{
    tell_when_held(pipe);
    for (;;)
        if (by_splice)
            (void) splice(source, NULL, pipe, NULL, 1, 0);
        else
            (void) sendfile(pipe, source, NULL, 1);
}

static void hold(int pipe, bool by_splice)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) >= 0)
        hold_by(pipe, fds[0], by_splice);
}

/* Some of what is said first, so that whoever reads the pipe is at it. */
static void hold_log(int pipe, bool by_splice)
{
    char lines[32 * 1024];

    memset(lines, 'x', sizeof(lines)); /* in few lines: journald counts them, for all of the pod */
    for (size_t i = 127; i < sizeof(lines); i += 128)
        lines[i] = '\n';
    signal(SIGTERM, SIG_IGN);
    (void) !write(pipe, lines, sizeof(lines));
    hold(pipe, by_splice);
}

static void hold_log_splice(void)
{
    hold_log(STDOUT_FILENO, true);
}

/* From a terminal at which nobody types. */
static void hold_log_terminal(void)
{
    int controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), terminal = -1;

    if (controller >= 0 && grantpt(controller) == 0 && unlockpt(controller) == 0)
        terminal = open(ptsname(controller), O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0)
        through("cannot open a terminal: %s", strerror(errno));
    (void) signal(SIGTERM, SIG_IGN);
    hold_by(STDOUT_FILENO, terminal, true);
}

static void hold_log_sendfile(void)
{
    hold_log(STDOUT_FILENO, false);
}

/* By descriptors of its own alone: those that it was given it has closed. */
static void hold_log_anew(void)
{
    int pipe = open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC);

    (void) close(STDOUT_FILENO);
    (void) close(STDERR_FILENO);
    hold_log(pipe, true);
}

/* A process that stays does it. */
static void hold_log_behind(void)
{
    if (fork() == 0)
        hold_log(STDOUT_FILENO, true);
    while (access("/dev/shm/held", F_OK) < 0)
        (void) usleep(10000);
    (void) usleep(300000);
    _exit(0); /* without a word, for which it would have to wait */
}

static void hold_input(void)
{
    int pipe = open("/proc/self/fd/0", O_WRONLY | O_CLOEXEC);
    char some[512];

    /* While it is full it is not held. */
    if (fork_companion() == 0)
        for (;;)
            (void) !read(STDIN_FILENO, some, sizeof(some));
    hold(pipe, true);
}

const Attack floods_attacks[] = {
    { "hold-log-splice", hold_log_splice },
    { "hold-log-sendfile", hold_log_sendfile },
    { "hold-log-terminal", hold_log_terminal },
    { "hold-log-anew", hold_log_anew },
    { "hold-log-behind", hold_log_behind },
    { "hold-input", hold_input },
    { "notify-flood", notify_flood },
    { "notify-ready", notify_ready },
    { "change-flood", change_flood },
    { "extend-flood", extend_flood },
    { "ping-twice", ping_twice },
    { "ping-flood", ping_flood },
    { "orphan-flood", orphan_flood },
    { "console-flood", console_flood },
    { "journal-flood", journal_flood },
    { "crowd", crowd },
    { "fork-bomb", fork_bomb },
    {},
};
