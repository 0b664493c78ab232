/* SPDX-License-Identifier: Apache-2.0 */
/* In this order, each step needing what the later ones take away:
 *   1. the tree becomes a mount of its own (nothing on it can be executed or opened as a device from here),
 * then the root; the host's tree is detached;
 *   2. every descriptor that could lead back is closed;
 *   3. limits on files and memory;
 *   4. all capabilities but the few that the work takes; no new privileges;
 *   5. the filter: calls that are not on the list do not exist. It comes last, it forbids all of the above.
 * The time is measured from outside: as the first process of its pid namespace the child ignores an alarm(2).
 */

#include "cage.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "aci.h"
#include "base/call-filter.h"
#include "base/fd-util.h"
#include "base/printable.h"
#include "base/privilege.h"
#include "base/string-util.h"
#include "base/time-util.h"

enum { CAGE_FILES_MAX = 1024, CAGE_SECONDS_MAX = 3600 };
#define CAGE_MEMORY_MAX (2ULL << 30)

/* 0 and *ret_pid = 0 in the child. */
static int cage_fork(const Cage *cage, pid_t *ret_pid, Error *reterr)
{
    enum { FLAGS = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID | SIGCHLD };
    pid_t pid;

#if defined(__s390x__)
    pid = (pid_t) syscall(SYS_clone, NULL, FLAGS, NULL, NULL, NULL);
#else
    pid = (pid_t) syscall(SYS_clone, FLAGS, NULL, NULL, NULL, NULL);
#endif
    if (pid < 0)
        return error_set_errno(reterr, -errno, "cannot make namespaces for %s", cage->worker);
    /* Our parent is outside of our pid namespace, so getppid() can't tell whether it has gone: it holds the
     * other end of the pipe that we report to, and what a killed worker made is thrown away by the next. */
    if (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return error_set_errno(reterr, -errno, "cannot tie %s to its parent", cage->worker);
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
    return 0;
}

static int drop_capabilities(uint64_t kept)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = {};

    if (setgroups(0, NULL) < 0)
        return -errno;
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        if (!(kept >> capability & 1) && prctl(PR_CAPBSET_DROP, capability) < 0)
            return -errno;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -errno;
    for (int i = 0; i < 2; i++)
        data[i].permitted = data[i].effective = (uint32_t) (kept >> 32 * i);
    if (syscall(SYS_capset, &header, data) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

/* ----- The filter ----- */

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

/* ----- Inside ----- */

/* Written at once: it fits into a pipe's atomic write. */
typedef struct Report {
    int result;
    _Alignas(max_align_t) uint8_t answer[CAGE_ANSWER_MAX];
    char words[2048];
} Report;

static int compare_int(const void *a, const void *b)
{
    int x = *(const int *) a, y = *(const int *) b;

    return (x > y) - (x < y);
}

static int close_others(const Cage *cage, int report)
{
    int keep[CAGE_KEEP_MAX + 1];

    memcpy(keep, cage->keep, cage->n_keep * sizeof(int));
    keep[cage->n_keep] = report;
    qsort(keep, cage->n_keep + 1, sizeof(int), compare_int);
    return close_all_but(0, keep, cage->n_keep + 1);
}

/* Makes the working directory the root and gives up what the work does not need. Returns the root's
 * descriptor. */
static int cage_enter(const Cage *cage, int report, Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    int r;

    r = change_root();
    if (r >= 0)
        r = close_others(cage, report);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the tree the root of %s", cage->worker);
    root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r = root < 0 ? -errno : set_limits();
    if (r >= 0)
        r = drop_capabilities(cage->capabilities);
    if (r >= 0)
        r = SANITIZED ? 0 : call_filter_load(cage_calls, ELEMENTSOF(cage_calls));
    if (r < 0)
        return error_set_errno(reterr, r, "cannot confine %s", cage->worker);
    return TAKE_FD(root);
}

_noreturn_ static void caged_main(const Cage *cage, int to)
{
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_close_ int root = cage_enter(cage, to, &error);
    Report report = {};

    report.result = root < 0 ? root : cage->work(root, report.answer, cage->userdata, &error);
    for (size_t i = error.n, at = 0; i-- > 0 && at < sizeof(report.words);)
        at += (size_t) snprintf(report.words + at, sizeof(report.words) - at, "%s%s", error.chain[i],
                                i > 0 ? ": " : "");
    (void) write_full(to, &report, sizeof(report));
    _exit(0);
}

/* ----- Outside ----- */

static bool is_heard_within(unsigned seconds, int from)
{
    struct pollfd report = { .fd = from, .events = POLLIN };
    int64_t end = monotonic_ns() + seconds * 1000000000LL, left;
    int r;

    do {
        left = end - monotonic_ns();
        r = poll(&report, 1, left > 0 ? (int) (left / 1000000) + 1 : 0);
    } while (r < 0 && errno == EINTR);
    return r != 0;
}

static int receive_report(const Cage *cage, int from, pid_t child, void *ret_answer, Error *reterr)
{
    bool in_time = is_heard_within(cage->seconds ? cage->seconds : CAGE_SECONDS_MAX, from);
    Report report;
    ssize_t n;
    int status;

    (void) kill(child, SIGKILL); /* it has said all at once, or nothing in time */
    n = read_full(from, &report, sizeof(report));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    if (n != (ssize_t) sizeof(report))
        return !in_time ? error_set(reterr, -ETIME, "%s took too long", cage->work_name)
                        : error_set(reterr, -EIO, "%s died", cage->worker);
    report.words[sizeof(report.words) - 1] = '\0';
    string_sanitize(report.words, "");
    if (report.result < 0)
        return error_set(reterr, -EBADMSG, "%s", *report.words ? report.words : strerror(-report.result));
    if (cage->answer_size > 0)
        memcpy(ret_answer, report.answer, cage->answer_size);
    return 0;
}

int cage_run(const Cage *cage, void *ret_answer, Error *reterr)
{
    _cleanup_close_ int from = -EBADF, to = -EBADF;
    int pair[2], r;
    pid_t child;

    if (pipe2(pair, O_CLOEXEC) < 0)
        return -errno;
    from = pair[0];
    to = pair[1];
    /* The working directory is what follows us into the new mount namespace. */
    if (fchdir(cage->tree) < 0)
        return -errno;
    r = cage_fork(cage, &child, reterr);
    if (r < 0)
        return r;
    if (child == 0)
        caged_main(cage, to);
    to = safe_close(to);
    if (chdir("/") < 0)
        return -errno;
    return receive_report(cage, from, child, ret_answer, reterr);
}
