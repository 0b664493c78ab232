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

int main(void)
{
    pid_t pid;

    if (SANITIZED) {
        printf("a sanitizer needs other system calls\n");
        return 77;
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(filtered());
    assert_int(wait_for_exit(pid), 0);
    return 0;
}
