/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of system calls: from libseccomp, and those for which it may be too old. */

#include "seccomp-internal.h"

#include <seccomp.h>

const uint32_t seccomp_architectures[] = {
#if defined(__x86_64__)
    SCMP_ARCH_X86_64,
    SCMP_ARCH_X86,
#elif defined(__aarch64__)
    SCMP_ARCH_AARCH64,
    SCMP_ARCH_ARM,
#else
    SCMP_ARCH_NATIVE,
#endif
};
const size_t seccomp_n_architectures = ELEMENTSOF(seccomp_architectures);
_Static_assert(ELEMENTSOF(seccomp_architectures) <= ARCHITECTURES_MAX,
               "more architectures than there is room for");

/* Calls that are newer than some versions of libseccomp. From 424 on a number is the same on every
 * architecture. */
static const struct {
    const char *name;
    int number;
    uint32_t only; /* an architecture, or 0 */
} young_calls[] = {
    { "uretprobe", 335, SCMP_ARCH_X86_64 },
    { "uprobe", 336, SCMP_ARCH_X86_64 },
    { "cachestat", 451, 0 },
    { "fchmodat2", 452, 0 },
    { "map_shadow_stack", 453, 0 },
    { "futex_wake", 454, 0 },
    { "futex_wait", 455, 0 },
    { "futex_requeue", 456, 0 },
    { "statmount", 457, 0 },
    { "listmount", 458, 0 },
    { "lsm_get_self_attr", 459, 0 },
    { "lsm_set_self_attr", 460, 0 },
    { "lsm_list_modules", 461, 0 },
    { "mseal", 462, 0 },
    { "setxattrat", 463, 0 },
    { "getxattrat", 464, 0 },
    { "listxattrat", 465, 0 },
    { "removexattrat", 466, 0 },
    { "open_tree_attr", 467, 0 },
    { "file_getattr", 468, 0 },
    { "file_setattr", 469, 0 },
};

/* The i386 calls for sockets and System V IPC: each is a separate call
 * (arch/x86/entry/syscalls/syscall_32.tbl), and also a number of socketcall(2) or ipc(2) (linux/net.h,
 * linux/ipc.h). Both ways get the same verdict. */
const SeccompMultiplexer seccomp_multiplexers[_MULTIPLEXER_MAX] = {
    [MULTIPLEXER_SOCKETCALL] = { "socketcall", 102, UINT32_MAX },
    [MULTIPLEXER_IPC] = { "ipc", 117, 0xffff },
};

static const struct {
    const char *name;
    int direct; /* -1: none */
    Multiplexer multiplexer;
    uint32_t subcall;
} multiplexed_calls[] = {
    { "socket", 359, MULTIPLEXER_SOCKETCALL, 1 },
    { "bind", 361, MULTIPLEXER_SOCKETCALL, 2 },
    { "connect", 362, MULTIPLEXER_SOCKETCALL, 3 },
    { "listen", 363, MULTIPLEXER_SOCKETCALL, 4 },
    { "accept", -1, MULTIPLEXER_SOCKETCALL, 5 },
    { "getsockname", 367, MULTIPLEXER_SOCKETCALL, 6 },
    { "getpeername", 368, MULTIPLEXER_SOCKETCALL, 7 },
    { "socketpair", 360, MULTIPLEXER_SOCKETCALL, 8 },
    { "send", -1, MULTIPLEXER_SOCKETCALL, 9 },
    { "recv", -1, MULTIPLEXER_SOCKETCALL, 10 },
    { "sendto", 369, MULTIPLEXER_SOCKETCALL, 11 },
    { "recvfrom", 371, MULTIPLEXER_SOCKETCALL, 12 },
    { "shutdown", 373, MULTIPLEXER_SOCKETCALL, 13 },
    { "setsockopt", 366, MULTIPLEXER_SOCKETCALL, 14 },
    { "getsockopt", 365, MULTIPLEXER_SOCKETCALL, 15 },
    { "sendmsg", 370, MULTIPLEXER_SOCKETCALL, 16 },
    { "recvmsg", 372, MULTIPLEXER_SOCKETCALL, 17 },
    { "accept4", 364, MULTIPLEXER_SOCKETCALL, 18 },
    { "recvmmsg", 337, MULTIPLEXER_SOCKETCALL, 19 },
    { "sendmmsg", 345, MULTIPLEXER_SOCKETCALL, 20 },
    { "semop", -1, MULTIPLEXER_IPC, 1 },
    { "semget", 393, MULTIPLEXER_IPC, 2 },
    { "semctl", 394, MULTIPLEXER_IPC, 3 },
    { "semtimedop", -1, MULTIPLEXER_IPC, 4 },
    { "msgsnd", 400, MULTIPLEXER_IPC, 11 },
    { "msgrcv", 401, MULTIPLEXER_IPC, 12 },
    { "msgget", 399, MULTIPLEXER_IPC, 13 },
    { "msgctl", 402, MULTIPLEXER_IPC, 14 },
    { "shmat", 397, MULTIPLEXER_IPC, 21 },
    { "shmdt", 398, MULTIPLEXER_IPC, 22 },
    { "shmget", 395, MULTIPLEXER_IPC, 23 },
    { "shmctl", 396, MULTIPLEXER_IPC, 24 },
};

static int own_number(uint32_t architecture, const char *name)
{
    int number = seccomp_syscall_resolve_name_arch(architecture, name);

    if (number >= 0)
        return number;
    for (size_t i = 0; i < ELEMENTSOF(young_calls); i++)
        if (streq(young_calls[i].name, name) &&
            (young_calls[i].only == 0 || young_calls[i].only == architecture))
            return young_calls[i].number;
    return -ENOENT;
}

bool seccomp_call_is_known(const char *name)
{
    if (seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR)
        return true;
    for (size_t i = 0; i < ELEMENTSOF(young_calls); i++)
        if (streq(young_calls[i].name, name))
            return true;
    return false;
}

int seccomp_call_number(uint32_t architecture, const char *name)
{
    if (architecture == SCMP_ARCH_X86)
        for (size_t i = 0; i < ELEMENTSOF(multiplexed_calls); i++)
            if (streq(multiplexed_calls[i].name, name))
                return multiplexed_calls[i].direct;
    return own_number(architecture, name);
}

bool seccomp_call_is_multiplexed(const char *name, Multiplexer *ret, uint32_t *ret_subcall)
{
    for (size_t i = 0; i < ELEMENTSOF(multiplexed_calls); i++)
        if (streq(multiplexed_calls[i].name, name)) {
            *ret = multiplexed_calls[i].multiplexer;
            *ret_subcall = multiplexed_calls[i].subcall;
            return true;
        }
    return false;
}
