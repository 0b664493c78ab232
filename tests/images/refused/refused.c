/* SPDX-License-Identifier: Apache-2.0 */
/* refused WAY: makes a system call that the default filter refuses, so that it or a part of it ends by
 * SIGSYS. A way that goes on says so and waits for SIGTERM. */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY = 200, REBOOT_32 = 88 };

static void call(long number)
{
    long r = syscall(number, 0, 0, 0, 0);

    printf("it went on: %s\n", r < 0 ? strerror(errno) : "it was made");
    exit(3);
}

static void *thread(void *unused)
{
    (void) unused;
    call(SYS_acct);
    return NULL;
}

static void in_thread(void)
{
    pthread_t made;

    if (pthread_create(&made, NULL, thread, NULL) == 0)
        (void) pthread_join(made, NULL);
}

static void in_main(void)
{
    call(SYS_reboot);
}

static void by_32_bit_call(void)
{
#ifdef __x86_64__
    long r;

    __asm__ volatile("int $0x80" : "=a"(r) : "0"(REBOOT_32), "b"(0), "c"(0), "d"(0), "S"(0) : "memory");
    printf("it went on: %ld\n", r);
    exit(3);
#else
    in_main();
#endif
}

static void handle(int number)
{
    (void) number;
}

static void with_disposition(void (*disposition)(int))
{
    (void) signal(SIGSYS, disposition);
    in_main();
}

static void ignoring(void)
{
    with_disposition(SIG_IGN);
}

static void catching(void)
{
    with_disposition(handle);
}

static void blocking(void)
{
    sigset_t set;

    (void) sigfillset(&set);
    (void) sigprocmask(SIG_BLOCK, &set, NULL);
    in_main();
}

/* Signals come while the call waits, so it may end with EINTR before the init has heard of it: then it is
 * made again. */
static void interrupted(void)
{
    const struct itimerval often = { { 0, 200 }, { 0, 200 } };
    struct sigaction action = { .sa_handler = handle };

    (void) sigaction(SIGALRM, &action, NULL);
    (void) setitimer(ITIMER_REAL, &often, NULL);
    while (syscall(SYS_reboot, 0, 0, 0, 0) < 0 && errno == EINTR)
        ;
    in_main();
}

/* Returns the signal that ended it. */
static int child(void (*way)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        way();
        _exit(0);
    }
    (void) waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void wait_for_ever(void)
{
    (void) fflush(stdout);
    for (;;)
        (void) pause();
}

static void swap(void)
{
    call(SYS_swapoff);
}

static void in_child(void)
{
    printf("the child ended by %d\n", child(swap));
    wait_for_ever();
}

static void in_many(void)
{
    int ended = 0;

    for (int i = 0; i < MANY; i++)
        ended += child(i % 2 ? in_main : swap) == SIGSYS;
    printf("%d children of %d ended by SIGSYS\n", ended, MANY);
    wait_for_ever();
}

/* A filter that notifies goes before an older one that does. */
static int listen_to_reboot(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_reboot, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

    (void) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return (int) syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void have_it_made(int listener)
{
    struct seccomp_notif told = { 0 };
    struct seccomp_notif_resp answer = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &told) < 0)
        return;
    answer.id = told.id;
    (void) ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

/* Once the program runs, whose start is not to make the handler's filter weaker. */
static void undo(void)
{
    int listener;

    while (access("/begun", F_OK) < 0)
        (void) usleep(10000);
    listener = listen_to_reboot();
    printf("a listener of its own: %s\n", listener < 0 ? strerror(errno) : "it has one");
    (void) fflush(stdout);
    if (listener >= 0 && fork() == 0) {
        have_it_made(listener);
        _exit(0);
    }
    printf("the child ended by %d\n", child(in_main));
    wait_for_ever();
}

/* As a handler. */
static void leave(void)
{
    if (fork() == 0)
        undo();
    exit(0);
}

static void begin(void)
{
    (void) close(open("/begun", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    wait_for_ever();
}

static volatile pid_t stormed;

static void *storm(void *unused)
{
    (void) unused;
    for (;;)
        (void) syscall(SYS_tgkill, getpid(), stormed, SIGALRM);
    return NULL;
}

/* Interrupted as often as can be: the init may never find it waiting. */
static void in_storm(void)
{
    struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
    pthread_t made;

    (void) sigaction(SIGALRM, &action, NULL);
    stormed = (pid_t) syscall(SYS_gettid);
    if (pthread_create(&made, NULL, storm, NULL) == 0)
        for (;;)
            (void) syscall(SYS_reboot, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } ways[] = {
        { "main", in_main },          { "thread", in_thread },
        { "32-bit", by_32_bit_call }, { "ignored", ignoring },
        { "caught", catching },       { "blocked", blocking },
        { "child", in_child },        { "interrupted", interrupted },
        { "many", in_many },          { "leave", leave },
        { "begin", begin },           { "storm", in_storm },
    };

    for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]); i++)
        if (strcmp(ways[i].name, argv[1]) == 0)
            ways[i].run();
    return 2;
}
