/* SPDX-License-Identifier: Apache-2.0 */
/* In this order, each step needing what the later ones take away:
 *   1. the tree becomes a mount of its own (nothing on it can be executed or opened as a device from here),
 * then the root; the host's tree is detached;
 *   2. every descriptor that could lead back is closed;
 *   3. limits on files, memory and time;
 *   4. all capabilities but the ones that owners, modes, devices and file capabilities take; no new
 * privileges;
 *   5. the filter: calls that are not on the list do not exist. It comes last, it forbids all of the above.
 */

#include "cage.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "aci.h"
#include "base/fd-util.h"
#include "base/privilege.h"

enum { CAGE_FILES_MAX = 1024, CAGE_SECONDS_MAX = 3600 };
#define CAGE_MEMORY_MAX (2ULL << 30)

static const uint64_t cage_capabilities = 1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER |
                                          1ULL << CAP_FSETID | 1ULL << CAP_SETFCAP | 1ULL << CAP_MKNOD;

int cage_fork(pid_t *ret_pid, Error *reterr)
{
    enum { FLAGS = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID | SIGCHLD };
    pid_t pid;

#if defined(__s390x__)
    pid = (pid_t) syscall(SYS_clone, NULL, FLAGS, NULL, NULL, NULL);
#else
    pid = (pid_t) syscall(SYS_clone, FLAGS, NULL, NULL, NULL, NULL);
#endif
    if (pid < 0)
        return error_set_errno(reterr, -errno, "cannot make namespaces to unpack in");
    /* Our parent is outside of our pid namespace, so getppid() can't tell whether it has gone: it holds the
     * other end of the pipe that we report to, and a killed unpacker's tree is thrown away by the next. */
    if (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return error_set_errno(reterr, -errno, "cannot tie the unpacker to its parent");
    *ret_pid = pid;
    return 0;
}

static int change_root(void)
{
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };
    _cleanup_close_ int tree = -EBADF;

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -errno;
    tree = (int) syscall(SYS_open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0 ||
        syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) < 0 ||
        syscall(SYS_move_mount, tree, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(tree) < 0 ||
        syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return -errno;
    return 0;
}

static int set_limits(void)
{
    const struct {
        int resource;
        rlim_t limit;
    } limits[] = {
        { RLIMIT_CORE, 0 },
        { RLIMIT_NOFILE, CAGE_FILES_MAX },
        { RLIMIT_FSIZE, ACI_SIZE_MAX },
        { RLIMIT_AS, SANITIZED ? RLIM_INFINITY : CAGE_MEMORY_MAX },
    };

    for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
        struct rlimit limit = { .rlim_cur = limits[i].limit, .rlim_max = limits[i].limit };

        if (setrlimit((__rlimit_resource_t) limits[i].resource, &limit) < 0)
            return -errno;
    }
    (void) alarm(CAGE_SECONDS_MAX);
    return 0;
}

static int drop_capabilities(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = {};

    if (setgroups(0, NULL) < 0)
        return -errno;
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        if (!(cage_capabilities >> capability & 1) && prctl(PR_CAPBSET_DROP, capability) < 0)
            return -errno;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -errno;
    for (int i = 0; i < 2; i++)
        data[i].permitted = data[i].effective = (uint32_t) (cage_capabilities >> 32 * i);
    if (syscall(SYS_capset, &header, data) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

/* ----- The filter ----- */

#if defined(__x86_64__)
#define CAGE_ARCH AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define CAGE_ARCH AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define CAGE_ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define CAGE_ARCH AUDIT_ARCH_ARM
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define CAGE_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define CAGE_ARCH AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define CAGE_ARCH AUDIT_ARCH_RISCV64
#else
#error "name this architecture in lib/store/cage.c"
#endif

/* mmap() is looked at apart: never executable. */
static const uint16_t cage_calls[] = {
    __NR_read,
    __NR_write,
    __NR_pread64,
    __NR_pwrite64,
    __NR_writev,
    __NR_openat,
    __NR_openat2,
    __NR_close,
    __NR_lseek,
    __NR_fstat,
#ifdef __NR__llseek
    __NR__llseek,
#endif
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
    __NR_getdents64,
    __NR_readlinkat,
    __NR_fcntl,
#ifdef __NR_fcntl64
    __NR_fcntl64,
#endif
    __NR_mkdirat,
    __NR_mknodat,
    __NR_linkat,
    __NR_symlinkat,
    __NR_unlinkat,
    __NR_renameat2,
#ifdef __NR_renameat
    __NR_renameat,
#endif
    __NR_ftruncate,
#ifdef __NR_ftruncate64
    __NR_ftruncate64,
#endif
    __NR_fchown,
    __NR_fchownat,
    __NR_fchmod,
    __NR_fchmodat,
    __NR_utimensat,
#ifdef __NR_utimensat_time64
    __NR_utimensat_time64,
#endif
    __NR_fsetxattr,
    __NR_fgetxattr,
    __NR_flistxattr,
    __NR_brk,
    __NR_munmap,
    __NR_mremap,
    __NR_madvise,
    __NR_futex,
    __NR_getrandom,
    __NR_clock_gettime,
    __NR_getpid,
    __NR_gettid,
    __NR_tgkill,
    __NR_rt_sigaction,
    __NR_rt_sigprocmask,
    __NR_rt_sigreturn,
    __NR_restart_syscall,
    __NR_exit,
    __NR_exit_group,
};

#ifdef __NR_mmap2
#define CAGE_MMAP __NR_mmap2
#else
#define CAGE_MMAP __NR_mmap
#endif

/* The lower half of the third argument. */
#define PROT_OFFSET                                                                                          \
    (offsetof(struct seccomp_data, args[2]) + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0))

static int load_filter(void)
{
    struct sock_filter code[16 + 2 * ELEMENTSOF(cage_calls)] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CAGE_ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    struct sock_fprog program = { .filter = code };
    unsigned short n = 4;

    for (size_t i = 0; i < ELEMENTSOF(cage_calls); i++) {
        code[n++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, cage_calls[i], 0, 1);
        code[n++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    code[n++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CAGE_MMAP, 0, 3);
    code[n++] = (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PROT_OFFSET);
    code[n++] = (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0);
    code[n++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
    program.len = n;
    if (SANITIZED)
        return 0;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0 ? -errno : 0;
}

int cage_enter(const int *keep, size_t n_keep, Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    int r;

    r = change_root();
    if (r >= 0)
        r = close_all_but(0, keep, n_keep);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the new tree the unpacker's root");
    root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r = root < 0 ? -errno : set_limits();
    if (r >= 0)
        r = drop_capabilities();
    if (r >= 0)
        r = load_filter();
    if (r < 0)
        return error_set_errno(reterr, r, "cannot confine the unpacker");
    return TAKE_FD(root);
}
