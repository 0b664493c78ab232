/* SPDX-License-Identifier: Apache-2.0 */
/* Who may trace the pod's init has what it has. Without a filter that would be each system call: a user
 * namespace with all rights in it, and in there a cgroup file system on which the init's own cgroup is open.
 */

#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/call-filter.h"
#include "base/privilege.h"
#include "init.h"

static const uint16_t init_calls[] = {
/* The loop. */
#ifdef __NR_poll
    __NR_poll,
#endif
    __NR_ppoll,
#ifdef __NR_ppoll_time64
    __NR_ppoll_time64,
#endif
    __NR_read,
    __NR_write,
    __NR_writev,
    __NR_splice,
#ifdef __NR_send
    __NR_send,
#endif
#ifdef __NR_sendto
    __NR_sendto,
#endif
#ifdef __NR_sendmsg
    __NR_sendmsg,
    __NR_recvmsg,
#endif
    __NR_waitid,
    __NR_kill,
    __NR_clock_gettime,
#ifdef __NR_clock_gettime64
    __NR_clock_gettime64,
#endif
    __NR_clock_nanosleep,
    __NR_nanosleep,
    __NR_exit,
    __NR_exit_group,
    /* The apps' statuses and cgroups. */
    __NR_openat,
    __NR_openat2,
    __NR_close,
    __NR_fstat,
#ifdef __NR_newfstatat
    __NR_newfstatat,
#endif
#ifdef __NR_fstat64
    __NR_fstat64,
#endif
#ifdef __NR_fstatat64
    __NR_fstatat64,
#endif
    __NR_statx,
    __NR_fcntl,
#ifdef __NR_fcntl64
    __NR_fcntl64,
#endif
    __NR_lseek,
#ifdef __NR__llseek
    __NR__llseek,
#endif
    __NR_getdents64,
    __NR_fchmod,
    __NR_renameat2,
#ifdef __NR_renameat
    __NR_renameat, /* glibc's renameat2() without flags */
#endif
    __NR_unlinkat,
    __NR_symlinkat,
    __NR_getpid,
    /* Memory and signals. */
    __NR_brk,
    __NR_munmap,
    __NR_mremap,
    __NR_madvise,
    __NR_futex,
    __NR_getrandom,
    __NR_rt_sigaction,
    __NR_rt_sigprocmask,
    __NR_rt_sigreturn,
    __NR_restart_syscall,
    __NR_gettid,
    __NR_tgkill,
};

int init_filter_load(void)
{
    if (SANITIZED)
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    return call_filter_load(init_calls, ELEMENTSOF(init_calls));
}
