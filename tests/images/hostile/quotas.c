/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel counts for a user of the whole host: an app may have a share. `shares` is also run on the
 * host, which must get its own while `hog` has all that it can take. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>

enum { TERMINALS_MAX = 256, INODES_MAX = 200 * 1024, QUEUES_MAX = 5 };

static void hold_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static unsigned long take_signals(unsigned long max)
{
    sigset_t all;
    unsigned long n = 0;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    while (n < max && sigqueue(getpid(), SIGRTMIN + 10, (union sigval){ 0 }) >= 0)
        n++;
    return n;
}

static unsigned long take_terminals(unsigned long max)
{
    unsigned long n = 0;

    hold_descriptors();
    while (n < max && open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0)
        n++;
    return n;
}

static unsigned long take_queues(unsigned long max)
{
    unsigned long n = 0;
    char name[64];

    for (; n < max; n++) {
        snprintf(name, sizeof(name), "/rkt-test-%d-%lu", (int) getpid(), n);
        if (mq_open(name, O_CREAT | O_RDWR, 0600, NULL) < 0)
            break;
    }
    return n;
}

static void drop_queues(unsigned long n)
{
    char name[64];

    while (n-- > 0) {
        snprintf(name, sizeof(name), "/rkt-test-%d-%lu", (int) getpid(), n);
        mq_unlink(name);
    }
}

static unsigned long number_in(const char *path, const char *format)
{
    unsigned long number = 0;
    FILE *file = fopen(path, "re");

    if (file && fscanf(file, format, &number) != 1)
        number = 0;
    if (file)
        fclose(file);
    return number;
}

static void expect_at_most(const char *what, unsigned long got, unsigned long limit)
{
    if (got > limit)
        through("%s: %lu, more than %lu", what, got, limit);
}

static void quotas(void)
{
    struct rlimit limit;
    struct statvfs shared;
    unsigned long memory, n;

    /* The kernel's own limit is half of threads-max. */
    getrlimit(RLIMIT_SIGPENDING, &limit);
    expect_at_most("signals", limit.rlim_max, number_in("/proc/sys/kernel/threads-max", "%lu") / 8 + 1);
    expect_at_most("queued signals", take_signals(limit.rlim_max + 1), limit.rlim_max);
    limit.rlim_max++;
    if (setrlimit(RLIMIT_SIGPENDING, &limit) >= 0)
        through("a limit can be raised");
    expect_at_most("terminals", take_terminals(TERMINALS_MAX + 1), TERMINALS_MAX);
    n = take_queues(2 * QUEUES_MAX);
    expect_at_most("message queues", n, QUEUES_MAX);
    drop_queues(n);
    memory = number_in("/proc/meminfo", "MemTotal: %lu") * 1024;
    if (statvfs("/dev/shm", &shared) < 0)
        through("no /dev/shm");
    expect_at_most("shared memory", shared.f_blocks * shared.f_frsize, memory / 10 + memory / 100);
    expect_at_most("files in shared memory", shared.f_files, INODES_MAX);
    if (statvfs("/dev", &shared) < 0)
        through("no /dev");
    expect_at_most("files in /dev", shared.f_files, 64);
}

static void hog(void)
{
    unsigned long terminals = take_terminals(100000), queues = take_queues(100000),
                  signals = take_signals(10000000);

    printf("hog=full signals %lu terminals %lu queues %lu\n", signals, terminals, queues);
    fflush(stdout);
    for (;;) {
        take_signals(10000000);
        usleep(10000);
    }
}

static void shares(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1 };
    timer_t timer;

    if (take_queues(1) != 1)
        through("no message queue: %s", strerror(errno));
    drop_queues(1);
    if (take_terminals(1) != 1)
        through("no terminal: %s", strerror(errno));
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) < 0)
        through("no timer: %s", strerror(errno));
    if (take_signals(100) != 100)
        through("no queued signal: %s", strerror(errno));
}

const Attack quotas_attacks[] = {
    { "quotas", quotas },
    { "hog", hog },
    { "shares", shares },
    {},
};
