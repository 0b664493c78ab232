/* SPDX-License-Identifier: Apache-2.0 */
/* The cage's own side. It first reads its limits from its standard input. Then it takes these steps, each of
 * which needs something that a later one removes:
 *   1. make the tree a separate mount (on which nothing can be executed or opened as a device from here),
 *      then the root; detach the host's tree;
 *   2. limit files and memory;
 *   3. become the user; drop all capabilities except those that the work needs; forbid new privileges;
 *   4. ask for a signal when the caller ends, which a change of user cancels;
 *   5. close every descriptor except 0, 1 and 2, which are pipes;
 *   6. load the filter, with which other calls fail as if they did not exist. It forbids all steps above.
 * Only after that it reads untrusted bytes. The caller limits its time and what it writes: as the first
 * process of its pid namespace, a cage would ignore an alarm(2). */

#include "cage-internal.h"

#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/call-filter.h"
#include "base/file-util.h"
#include "base/privilege.h"
#include "base/string-util.h"

/* ----- The filter ----- */

/* Calls needed to turn bytes into other bytes. */
#define CALLS_OF_STREAMS                                                                                     \
    __NR_read, __NR_write, __NR_writev, __NR_close, __NR_fstat, __NR_brk, __NR_munmap, __NR_mremap,          \
            __NR_madvise, __NR_futex, __NR_getrandom, __NR_clock_gettime, __NR_getpid, __NR_gettid,          \
            __NR_tgkill, __NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_restart_syscall,    \
            __NR_exit, __NR_exit_group

static const uint16_t stream_calls[] = {
    CALLS_OF_STREAMS,
#ifdef __NR_fstat64
    __NR_fstat64,
#endif
};

/* Calls needed to read or write a tree. A read-only mount refuses those that change something. */
static const uint16_t tree_calls[] = {
    CALLS_OF_STREAMS,
    __NR_pread64,
    __NR_pwrite64,
    __NR_openat,
    __NR_openat2,
    __NR_lseek,
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
    __NR_fgetxattr,
    __NR_flistxattr,
    /* The calls from here on change something. */
    __NR_mkdirat,
    __NR_mknodat,
    __NR_linkat,
    __NR_symlinkat,
    __NR_unlinkat,
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
};

static size_t count_reading_calls(void)
{
    size_t n = 0;

    while (tree_calls[n] != __NR_mkdirat)
        n++;
    return n;
}

static int load_filter(const CageSetup *setup)
{
    if (SANITIZED)
        return 0;
    if (!setup->has_root)
        return call_filter_load(stream_calls, ELEMENTSOF(stream_calls));
    return call_filter_load(tree_calls, setup->writable ? ELEMENTSOF(tree_calls) : count_reading_calls());
}

/* ----- Inside ----- */

/* For the root of a cage without a directory: an empty one, in which nothing can be made. */
static int make_empty(void)
{
    _cleanup_close_ int context = (int) syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
    int fd;

    if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -errno;
    fd = (int) syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

/* Makes the working directory the root. */
static int change_root(const CageSetup *setup)
{
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC |
                                                 (setup->writable ? 0 : MOUNT_ATTR_RDONLY) };
    _cleanup_close_ int tree = -EBADF;

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return -errno;
    tree = setup->has_root ? (int) syscall(SYS_open_tree, AT_FDCWD, ".", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
                           : make_empty();
    if (tree < 0 ||
        syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) < 0 ||
        syscall(SYS_move_mount, tree, "", AT_FDCWD, ".", MOVE_MOUNT_F_EMPTY_PATH) < 0 || fchdir(tree) < 0 ||
        syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return -errno;
    return 0;
}

static int set_limits(const CageSetup *setup)
{
    const struct {
        int resource;
        rlim_t limit;
    } limits[] = {
        { RLIMIT_CORE, 0 },
        { RLIMIT_NOFILE, CAGE_FILES_MAX },
        { RLIMIT_FSIZE, setup->file_size },
        { RLIMIT_AS, SANITIZED ? RLIM_INFINITY : setup->memory },
    };

    for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
        struct rlimit limit = { .rlim_cur = limits[i].limit, .rlim_max = limits[i].limit };

        if (setrlimit((__rlimit_resource_t) limits[i].resource, &limit) < 0)
            return -errno;
    }
    return 0;
}

static int drop_privileges(const CageSetup *setup)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = {};
    uint64_t kept = setup->capabilities;

    if (geteuid() == 0) {
        if (setgroups(0, NULL) < 0)
            return -errno;
        for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
            if (!(kept >> capability & 1) && prctl(PR_CAPBSET_DROP, capability) < 0)
                return -errno;
        if (setup->uid != 0 && (setresgid(setup->gid, setup->gid, setup->gid) < 0 ||
                                setresuid(setup->uid, setup->uid, setup->uid) < 0))
            return -errno;
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -errno;
    for (int i = 0; i < 2; i++)
        data[i].permitted = data[i].effective = (uint32_t) (kept >> 32 * i);
    if (syscall(SYS_capset, &header, data) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

int cage_tie_to_parent(int parent)
{
    struct pollfd end = { .fd = parent, .events = POLLIN };

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -errno;
    return poll(&end, 1, 0) == 0 ? 0 : -ESRCH;
}

/* Returns the root's descriptor, or -EBADF. */
static int confine(const CageSetup *setup, Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    int r = setup->apart ? change_root(setup) : 0;

    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the root of a cage");
    r = set_limits(setup);
    if (r >= 0)
        r = drop_privileges(setup);
    if (r >= 0)
        r = cage_tie_to_parent(CAGE_PARENT);
    if (r >= 0)
        r = close_all_but(STDERR_FILENO + 1, NULL, 0);
    if (r >= 0 && setup->has_root) {
        root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        r = root < 0 ? -errno : 0;
    }
    if (r >= 0)
        r = load_filter(setup);
    return r < 0 ? error_set_errno(reterr, r, "cannot confine a cage") : TAKE_FD(root);
}

void cage_report_send(int fd, int result, const Error *error)
{
    CageReport report = { .result = result };

    for (size_t i = error->n, at = 0; i-- > 0 && at < sizeof(report.words);)
        at += (size_t) snprintf(report.words + at, sizeof(report.words) - at, "%s%s", error->chain[i],
                                i > 0 ? ": " : "");
    (void) write_full(fd, &report, sizeof(report));
}

static const CageWork *find_work(const CageWork *works, const char *name)
{
    for (; works->name; works++)
        if (streq(works->name, name))
            return works;
    return NULL;
}

static int work(const CageWork *work, Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    void *argument;
    CageSetup setup;

    if (!work || read_full(STDIN_FILENO, &setup, sizeof(setup)) != (ssize_t) sizeof(setup))
        return -EINVAL;
    root = confine(&setup, reterr);
    if (root < 0 && root != -EBADF)
        return root;
    argument = malloc(setup.argument_size + 1); /* freed when the process ends */
    if (!argument)
        return -ENOMEM;
    if (read_full(STDIN_FILENO, argument, setup.argument_size) != (ssize_t) setup.argument_size)
        return -EPIPE;
    return work->function(root, argument, setup.argument_size, reterr);
}

void cage_main(int argc, char *argv[], const CageWork *works)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r;

    if (argc != 2 || !streq(argv[0], CAGE_NAME))
        return;
    (void) prctl(PR_SET_NAME, "rkt-cage");
    (void) umask(0022);
    r = work(find_work(works, argv[1]), &error);
    cage_report_send(STDERR_FILENO, r < 0 ? r : 0, &error);
    _exit(0);
}
