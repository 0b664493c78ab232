/* SPDX-License-Identifier: Apache-2.0 */

#include "base/call-filter.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/privilege.h"
#include "base/spawn.h"
#include "test.h"

static bool is_missing(long result)
{
    return result < 0 && errno == ENOSYS;
}

/* The number of the first thing that is not as it should be. */
static int filtered(void)
{
    static const uint16_t calls[] = { __NR_exit_group, __NR_getpid, __NR_munmap };
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    void *memory;

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || call_filter_load(calls, ELEMENTSOF(calls)) < 0)
        return 1;
    if (syscall(SYS_getpid) <= 0)
        return 2;
    if (!is_missing(syscall(SYS_getppid)))
        return 3;
    memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED || munmap(memory, 4096) < 0)
        return 4;
    if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, flags, -1, 0) != MAP_FAILED || errno != ENOSYS)
        return 5;
#ifdef __x86_64__
    if (!is_missing(syscall(0x40000000 + SYS_getpid))) /* x32 */
        return 6;
#endif
    return 0;
}

static bool is_let_through(long result)
{
    return result < 0 && errno == EBADF;
}

/* Two rules for one call, none for another. */
static int filtered_by_rules(void)
{
    static const uint16_t calls[] = { __NR_exit_group, __NR_dup3, __NR_close };
    static const CallRule rules[] = {
        { .call = __NR_dup3, .argument = 0, .value = 1000 },
        { .call = __NR_dup3, .argument = 1, .differs = true, .value = 1001 },
    };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        call_filter_load_rules(calls, ELEMENTSOF(calls), rules, ELEMENTSOF(rules)) < 0)
        return 1;
    if (!is_let_through(syscall(SYS_dup3, 1000, 1002, 0)))
        return 2;
    if (!is_missing(syscall(SYS_dup3, 999, 1002, 0)))
        return 3;
    if (!is_missing(syscall(SYS_dup3, 1000, 1001, 0)))
        return 4;
    if (!is_missing(syscall(SYS_dup3, 1000, UINT64_C(0xffffffff00000000) + 1001, 0)))
        return 5;
    if (!is_let_through(syscall(SYS_close, 1001)))
        return 6;
    return is_missing(syscall(SYS_getppid)) ? 0 : 7;
}

static void test_in_process(int (*run)(void))
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(run());
    assert_int(wait_for_exit(pid), 0);
}

int main(void)
{

    if (SANITIZED) {
        printf("a sanitizer needs other system calls\n");
        return 77;
    }
    test_in_process(filtered);
    test_in_process(filtered_by_rules);
    return 0;
}
