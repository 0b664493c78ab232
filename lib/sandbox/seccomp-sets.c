/* SPDX-License-Identifier: Apache-2.0 */
/* There are three groups of sets. docker's lists of 2016, which users of the original know, are unchanged.
 * Calls that the kernel and libc have added since then are judged below, one by one. systemd's are those of
 * its filter sets. */

#include "seccomp-sets.h"

#include "base/string-util.h"

/* Newer than the list of 2016, or missing in it, and used by today's libc and servers. None gives a process
 * more than a call of the list does: they are newer forms of such calls, or calls about the process itself.
 */
#define YOUNG_ALLOWED                                                                                        \
    /* newer shapes of listed calls */                                                                       \
    "statx openat2 faccessat2 fchmodat2 close_range preadv2 pwritev2 epoll_pwait2 io_pgetevents "            \
    "setxattrat getxattrat listxattrat removexattrat " /* the same, with 64-bit times on 32-bit machines */  \
    "clock_getres_time64 clock_gettime64 clock_nanosleep_time64 futex_time64 "                               \
    "io_pgetevents_time64 mq_timedreceive_time64 mq_timedsend_time64 ppoll_time64 "                          \
    "pselect6_time64 recvmmsg_time64 rt_sigtimedwait_time64 sched_rr_get_interval_time64 "                   \
    "semtimedop_time64 timerfd_gettime64 timerfd_settime64 timer_gettime64 timer_settime64 "                 \
    "utimensat_time64 "                                                /* threads and locks */               \
    "rseq membarrier futex_waitv futex_wait futex_wake futex_requeue " /* the own memory */                  \
    "pkey_mprotect pkey_alloc pkey_free memfd_secret map_shadow_stack mseal cachestat " /* processes that    \
                                                                                           could be          \
                                                                                           signalled anyway  \
                                                                                         */                  \
    "pidfd_open pidfd_send_signal process_mrelease "                    /* giving up rights */               \
    "landlock_create_ruleset landlock_add_rule landlock_restrict_self " /* made by the kernel's own          \
                                                                           trampolines: forbidding them      \
                                                                           kills whom somebody outside       \
                                                                           traces */                         \
    "uretprobe uprobe "

/* Calls that the blacklist of 2016 would contain if they had existed: newer forms of its members. */
#define YOUNG_REFUSED                                                                                        \
    "clone3 clock_settime64 clock_adjtime64 fsconfig fsmount fsopen fspick mount_setattr "                   \
    "move_mount open_tree open_tree_attr pidfd_getfd process_madvise quotactl_fd "                           \
    "set_mempolicy_home_node io_uring_setup io_uring_enter io_uring_register "

const char seccomp_calls_answered_eperm[] =
        "add_key keyctl request_key "                                 /* keys of a login (pam_keyinit) */
        "get_mempolicy set_mempolicy mbind move_pages migrate_pages " /* memory of another node */
        "ptrace process_vm_readv process_vm_writev kcmp perf_event_open userfaultfd lookup_dcookie bpf "
        "unshare setns mount umount umount2 " /* sandboxes */
        "name_to_handle_at fanotify_init quotactl ustat sysfs "
        "adjtimex clock_adjtime clock_settime settimeofday stime sethostname setdomainname vhangup";

#define DEFAULT_WHITELIST                                                                                    \
    YOUNG_ALLOWED                                                                                            \
    "accept accept4 access alarm bind brk capget capset chdir chmod chown chown32 clock_getres "             \
    "clock_gettime clock_nanosleep close connect copy_file_range creat dup dup2 dup3 epoll_create "          \
    "epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_wait epoll_wait_old eventfd eventfd2 "          \
    "execve execveat exit exit_group faccessat fadvise64 fadvise64_64 fallocate fanotify_mark fchdir "       \
    "fchmod fchmodat fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork "      \
    "fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 "          \
    "futex futimesat getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32 getgid "          \
    "getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getppid getpriority "       \
    "getrandom getresgid getresgid32 getresuid getresuid32 getrlimit get_robust_list getrusage getsid "      \
    "getsockname getsockopt get_thread_area gettid gettimeofday getuid getuid32 getxattr "                   \
    "inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel ioctl? io_destroy "             \
    "io_getevents ioprio_get ioprio_set io_setup io_submit ipc kill lchown lchown32 lgetxattr link "         \
    "linkat listen listxattr llistxattr _llseek lremovexattr lseek lsetxattr lstat lstat64 madvise "         \
    "memfd_create mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect "            \
    "mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink mremap msgctl msgget "           \
    "msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat _newselect open openat pause "       \
    "personality? pipe pipe2 poll ppoll prctl pread64 preadv prlimit64 pselect6 pwrite64 pwritev read "      \
    "readahead readlink readlinkat readv recv recvfrom recvmmsg recvmsg remap_file_pages removexattr "       \
    "rename renameat renameat2 restart_syscall rmdir rt_sigaction rt_sigpending rt_sigprocmask "             \
    "rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_getaffinity "        \
    "sched_getattr sched_getparam sched_get_priority_max sched_get_priority_min sched_getscheduler "         \
    "sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler "               \
    "sched_yield seccomp select semctl semget semop semtimedop send sendfile sendfile64 sendmmsg "           \
    "sendmsg sendto setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 "          \
    "setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 "         \
    "setreuid setreuid32 setrlimit set_robust_list setsid setsockopt set_thread_area set_tid_address "       \
    "setuid setuid32 setxattr shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 "            \
    "sigreturn socket? socketcall? socketpair? splice stat stat64 statfs statfs64 symlink symlinkat sync "   \
    "sync_file_range syncfs sysinfo syslog? tee tgkill time timer_create timer_delete timerfd_create "       \
    "timerfd_gettime timerfd_settime timer_getoverrun timer_gettime timer_settime times tkill "              \
    "truncate truncate64 ugetrlimit umask uname unlink unlinkat utime utimensat utimes vfork vmsplice "      \
    "wait4 waitid waitpid write writev arch_prctl modify_ldt chroot clone?"

#define DEFAULT_BLACKLIST                                                                                    \
    YOUNG_REFUSED                                                                                            \
    "acct add_key adjtimex bpf clock_adjtime clock_settime clone? create_module delete_module "              \
    "finit_module get_kernel_syms get_mempolicy init_module ioperm iopl kcmp kexec_file_load "               \
    "kexec_load keyctl lookup_dcookie mbind mount move_pages name_to_handle_at nfsservctl "                  \
    "open_by_handle_at perf_event_open personality? pivot_root process_vm_readv process_vm_writev "          \
    "ptrace query_module quotactl reboot request_key set_mempolicy setns settimeofday socket? socketcall? "  \
    "socketpair? stime swapon swapoff sysfs _sysctl syslog? umount umount2 unshare uselib userfaultfd "      \
    "ustat vm86 vm86old"

/* Calls of 32-bit ARM that its libc needs. */
#define ARM_WHITELIST "arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2"

static const struct {
    const char *name;
    const char *members;
} sets[] = {
    { "@rkt/default-whitelist", DEFAULT_WHITELIST " " ARM_WHITELIST },
    { "@rkt/default-blacklist", DEFAULT_BLACKLIST },
    { "@docker/default-whitelist", DEFAULT_WHITELIST },
    { "@docker/default-blacklist", DEFAULT_BLACKLIST },
    { "@systemd/default-whitelist",
      "arch_prctl brk cacheflush clock_getres clock_getres_time64 clock_gettime clock_gettime64 "
      "clock_nanosleep clock_nanosleep_time64 execve exit exit_group futex futex_time64 futex_waitv "
      "get_robust_list get_thread_area getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups "
      "getgroups32 getpgid getpgrp getpid getppid getrandom getresgid getresgid32 getresuid getresuid32 "
      "getrlimit getsid gettid gettimeofday getuid getuid32 membarrier mmap mmap2 mprotect munmap "
      "nanosleep pause prlimit64 restart_syscall riscv_flush_icache riscv_hwprobe rseq rt_sigreturn "
      "sched_getaffinity sched_yield set_robust_list set_thread_area set_tid_address set_tls sigreturn "
      "time ugetrlimit uretprobe" },
    { "@systemd/chown", "chown chown32 fchown fchown32 fchownat lchown lchown32" },
    { "@systemd/clock", "adjtimex clock_adjtime clock_adjtime64 clock_settime clock_settime64 settimeofday" },
    { "@systemd/io-event",
      "_newselect epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 "
      "epoll_wait epoll_wait_old eventfd eventfd2 poll ppoll ppoll_time64 pselect6 pselect6_time64 "
      "select" },
    { "@systemd/module", "delete_module finit_module init_module" },
    { "@systemd/mount",
      "chroot fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root umount "
      "umount2" },
    { "@systemd/network-io",
      "accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg "
      "recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socket socketcall "
      "socketpair" },
    { "@systemd/obsolete",
      "_sysctl afs_syscall bdflush break create_module ftime get_kernel_syms getpmsg gtty idle lock mpx "
      "prof profil putpmsg query_module security sgetmask ssetmask stime stty sysfs tuxcall ulimit "
      "uselib ustat vserver" },
    { "@systemd/privileged",
      "@systemd/chown @systemd/clock @systemd/module @systemd/raw-io @systemd/reboot @systemd/swap "
      "_sysctl acct bpf capset chroot fanotify_init fanotify_mark nfsservctl open_by_handle_at "
      "pivot_root quotactl quotactl_fd setdomainname setfsuid setfsuid32 setgroups setgroups32 "
      "sethostname setresuid setresuid32 setreuid setreuid32 setuid setuid32 vhangup" },
    { "@systemd/process",
      "capget clone clone3 execveat fork getrusage kill pidfd_open pidfd_send_signal prctl "
      "rt_sigqueueinfo rt_tgsigqueueinfo setns swapcontext tgkill times tkill unshare vfork wait4 "
      "waitid waitpid" },
    { "@systemd/raw-io", "ioperm iopl pciconfig_iobase pciconfig_read pciconfig_write s390_pci_mmio_read "
                         "s390_pci_mmio_write" },
    { "@systemd/reboot", "kexec_file_load kexec_load reboot" },
    { "@systemd/swap", "swapoff swapon" },
};

const char *seccomp_set_members(const char *name)
{
    for (size_t i = 0; i < ELEMENTSOF(sets); i++)
        if (streq(sets[i].name, name))
            return sets[i].members;
    return NULL;
}
