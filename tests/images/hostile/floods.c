/* SPDX-License-Identifier: Apache-2.0 */
/* More than anybody can take: apps that do not end when they are asked to, and keep others busy. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static void notify_flood(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/notify" };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    signal(SIGTERM, SIG_IGN);
    if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0) {
        through("cannot connect: %s", strerror(errno));
        return;
    }
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

static void notify_ready(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/notify" };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (sendto(fd, "READY=1", 7, 0, (struct sockaddr *) &address, sizeof(address)) != 7)
        through("cannot say it: %s", strerror(errno));
    close(fd);
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

const Attack floods_attacks[] = {
    { "notify-flood", notify_flood },   { "notify-ready", notify_ready },
    { "orphan-flood", orphan_flood },   { "console-flood", console_flood },
    { "journal-flood", journal_flood }, { "crowd", crowd },
    { "fork-bomb", fork_bomb },         {},
};
