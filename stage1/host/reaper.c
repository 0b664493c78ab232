/* SPDX-License-Identifier: Apache-2.0 */
/* The apps live in a pid namespace of their own within the init's: no process of theirs can name the init, so
 * what signals it, traces it or looks into it is never an app. That namespace needs a first process, to which
 * the orphans go and which the kernel protects from signals of its own namespace: the reaper. It does nothing
 * at all; the kernel reaps for a process that ignores SIGCHLD.
 *
 * Apps see it as their /proc/1. So it has no rights, no descriptor, a filter, and of the init's memory
 * nothing but the program. When it ends, the kernel kills the apps, and the init ends the pod. */

#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/call-filter.h"
#include "base/fd-util.h"
#include "base/privilege.h"
#include "host.h"
#include "sandbox/capability.h"

enum { STACK_SIZE = 32 * 1024, MAIN_STACK_BELOW = 1024 * 1024, MAIN_STACK_SIZE = 16 * 1024 * 1024 };

/* Its own, so that it can do without the one it was cloned on, which begins with the environment. */
static _Alignas(16) char reaper_stack[STACK_SIZE];

static const uint16_t reaper_calls[] = {
    __NR_ppoll, __NR_madvise, __NR_close, __NR_exit, __NR_exit_group, __NR_restart_syscall, __NR_rt_sigreturn,
};

/* What is needed comes back, a few pages at a time. All at once: to look at the headers once more would bring
 * their pages back. */
void host_forget_program(void)
{
    extern const ElfW(Ehdr) __ehdr_start;
    const char *base = (const char *) &__ehdr_start;
    const ElfW(Phdr) *headers = (const ElfW(Phdr) *) (base + __ehdr_start.e_phoff);
    uintptr_t end = (uintptr_t) base;

    for (size_t i = 0; i < __ehdr_start.e_phnum; i++)
        if (headers[i].p_type == PT_LOAD && !(headers[i].p_flags & PF_W))
            end = (uintptr_t) base + headers[i].p_vaddr + headers[i].p_memsz;
    (void) madvise((void *) base, end - (uintptr_t) base, MADV_DONTNEED);
}

/* Zeroes all memory but the program's own. The calls fail at a hole or where the kernel's own pages begin,
 * after all before it is done. A page of zeros stays readable, so what libc looks at is there. */
static void forget_memory(uintptr_t main_stack)
{
    extern const ElfW(Ehdr) __ehdr_start;
    extern const char _end;
    const uintptr_t page = (uintptr_t) getpagesize(), start = (uintptr_t) &__ehdr_start & ~(page - 1),
                    end = ((uintptr_t) &_end + page - 1) & ~(page - 1),
                    stack = (main_stack & ~(page - 1)) - MAIN_STACK_BELOW;
    const struct {
        uintptr_t from, to;
    } ranges[] = { { page, start }, { end, stack }, { stack, stack + MAIN_STACK_SIZE } };

    if (SANITIZED)
        return;
    for (size_t i = 0; i < ELEMENTSOF(ranges); i++)
        if (ranges[i].from < ranges[i].to)
            (void) madvise((void *) ranges[i].from, ranges[i].to - ranges[i].from, MADV_DONTNEED);
}

typedef struct Reaper {
    int report; /* closed when it is what it is to be; else why it is not */
    uintptr_t main_stack;
} Reaper;

static int confine(int report)
{
    sigset_t none;
    int r;

    (void) prctl(PR_SET_NAME, "rkt-reaper");
    /* None blocked: only then does the kernel drop what comes from within before it is queued. */
    (void) signal(SIGPIPE, SIG_DFL);
    (void) signal(SIGCHLD, SIG_IGN);
    (void) sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return -errno;
    r = close_all_but(0, &report, 1);
    if (r >= 0)
        r = capability_set(0);
    if (r < 0 || SANITIZED)
        return r;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    return call_filter_load(reaper_calls, ELEMENTSOF(reaper_calls));
}

/* Never returns: there is nothing to return to any more. */
static int reap(void *argument)
{
    Reaper reaper = *(const Reaper *) argument;

    int r = confine(reaper.report);

    if (r < 0) {
        (void) !write(reaper.report, &r, sizeof(r));
        _exit(POD_EXIT_FAILURE);
    }
    forget_memory(reaper.main_stack);
    host_forget_program();
    (void) syscall(SYS_close, reaper.report);
    for (;;)
        (void) syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

int host_make_reaper(Host *host)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0 || unshare(CLONE_NEWPID) < 0)
        return -errno;
    host->reaper = clone(reap, reaper_stack + sizeof(reaper_stack), SIGCHLD,
                         &(Reaper){ .report = fds[1], .main_stack = (uintptr_t) __builtin_frame_address(0) });
    if (host->reaper < 0)
        return -errno;
    host->reaper_report = fds[0];
    (void) close(fds[1]);
    return 0;
}

int host_await_reaper(Host *host)
{
    int why;
    ssize_t n = read_full(host->reaper_report, &why, sizeof(why));

    host->reaper_report = safe_close(host->reaper_report);
    return n < 0 ? (int) n : n == 0 ? 0 : why;
}
