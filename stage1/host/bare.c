/* SPDX-License-Identifier: Apache-2.0 */

#include "bare.h"

#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/privilege.h"
#include "sandbox/capability.h"

enum { STACK_SIZE = 32 * 1024, MAIN_STACK_BELOW = 1024 * 1024, MAIN_STACK_SIZE = 16 * 1024 * 1024 };

/* Its own, so that the one on which it was cloned, which begins with the environment, can be dropped. */
static _Alignas(16) char bare_stack[STACK_SIZE];
static uintptr_t main_stack;

pid_t bare_clone(int (*run)(void *), void *userdata)
{
    pid_t pid;

    main_stack = (uintptr_t) __builtin_frame_address(0);
    pid = clone(run, bare_stack + sizeof(bare_stack), SIGCHLD, userdata);
    return pid < 0 ? -errno : pid;
}

int bare_confine(const char *name, const int *keep, size_t n_keep, const BareCalls *calls)
{
    int r;

    (void) prctl(PR_SET_NAME, name);
    r = close_all_but(0, keep, n_keep);
    if (r >= 0)
        r = capability_set(0);
    if (r < 0 || SANITIZED)
        return r;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    return call_filter_load_rules(calls->calls, calls->n_calls, calls->rules, calls->n_rules);
}

/* All at once: to look at the headers once more would bring their pages back. */
void bare_forget_program(void)
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

/* The calls fail at a hole or where the kernel's own pages begin, after all before it is done. A page of
 * zeros stays readable, so what libc looks at is there. The word that the stack protector compares with goes,
 * too: so none here, and the caller does not return. */
__attribute__((no_stack_protector)) void bare_forget(void)
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
    bare_forget_program();
}
