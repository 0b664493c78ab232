/* SPDX-License-Identifier: Apache-2.0 */
/* The order of confinement. The caller has already done the outer part, in this order, because each step
 * needs something that the next one removes:
 *
 *   cgroup       the app's, with limits and devices in force before its first process (CLONE_INTO_CGROUP)
 *   namespaces   pid, ipc, uts, net of the pod; a mount namespace of its own
 *   root         overlay, /dev, /proc, /sys, masked paths, volumes; then pivot_root (the first process), or
 *                setns into the app's (later ones)
 *
 * The table below has the next steps, from top to bottom. Documentation/security.md explains them. */

#include "confine.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/fd-util.h"

#include "capability.h"
#include "seccomp-load.h"

static bool needs_no_new_privileges(const Confinement *c)
{
    return c->no_new_privileges || (c->filter && c->uid != 0);
}

static int close_descriptors(const Confinement *c)
{
    return close_all_but(3, c->keep, c->n_keep);
}

static int forbid_dumping(_unused_ const Confinement *c)
{
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int reset_signals(_unused_ const Confinement *c)
{
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigset_t none;

    for (int i = 1; i < _NSIG; i++)
        if (i != SIGKILL && i != SIGSTOP && sigaction(i, &action, NULL) < 0 && errno != EINVAL)
            return -errno;
    (void) sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

static int set_oom_score(const Confinement *c)
{
    _cleanup_close_ int root = -EBADF, fd = -EBADF;
    struct statfs fs;
    char text[16];
    int n;

    if (!c->has_oom_score_adj)
        return 0;
    root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return -errno;
    fd = open_in_root(root, "proc/self/oom_score_adj", O_WRONLY, 0);
    if (fd < 0)
        return fd;
    if (fstatfs(fd, &fs) < 0)
        return -errno;
    if (fs.f_type != PROC_SUPER_MAGIC)
        return -EXDEV;
    n = snprintf(text, sizeof(text), "%d", c->oom_score_adj);
    return write_full(fd, text, (size_t) n);
}

/* Resources that the kernel counts for a user of the whole host. It refuses them to a process whose own
 * limit the count exceeds. With a lower limit, an app cannot bring its user's count to the point where the
 * host's processes of this user are refused. The limit is a part of the inherited one, so that it grows
 * with the machine like the kernel's default. */
static int lower_shares(const Confinement *c)
{
    static const struct {
        enum __rlimit_resource resource;
        rlim_t part;
    } shares[] = {
        { RLIMIT_SIGPENDING, 4 }, /* queued signals, timers */
        { RLIMIT_MSGQUEUE, 2 },   /* bytes of POSIX queues; a queue of the usual size takes a tenth */
    };

    for (size_t i = 0; i < ELEMENTSOF(shares); i++) {
        struct rlimit whole, part;

        if (getrlimit(shares[i].resource, &whole) < 0)
            return -errno;
        if (whole.rlim_max == RLIM_INFINITY)
            continue; /* the administrator's setting */
        part.rlim_cur = part.rlim_max = whole.rlim_max / shares[i].part;
        if (setrlimit(shares[i].resource, &part) < 0)
            return -errno;
        /* Raised again for an app that has the right to do so itself. If rkt runs in a container
         * without that right, no app has it, whatever its capabilities. */
        if (c->capabilities >> CAP_SYS_RESOURCE & 1 && setrlimit(shares[i].resource, &whole) < 0 &&
            errno != EPERM)
            return -errno;
    }
    return 0;
}

static int join_keyring(_unused_ const Confinement *c)
{
    /* A kernel without keyrings has none to leak. */
    return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS ? -errno : 0;
}

static int set_no_new_privileges(const Confinement *c)
{
    return needs_no_new_privileges(c) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static int bound_capabilities(const Confinement *c)
{
    return capability_bound(c->capabilities);
}

static int set_groups(const Confinement *c)
{
    if (setgroups(c->n_groups, c->groups) < 0)
        return -errno;
    return setresgid(c->gid, c->gid, c->gid) < 0 ? -errno : 0;
}

static int set_user(const Confinement *c)
{
    return setresuid(c->uid, c->uid, c->uid) < 0 ? -errno : 0;
}

static int set_capabilities(const Confinement *c)
{
    uint64_t mask = c->uid == 0 ? c->capabilities : 0;

    if (c->filter && !needs_no_new_privileges(c))
        mask |= UINT64_C(1) << CAP_SYS_ADMIN;
    return capability_set(mask);
}

static int enter_working_directory(const Confinement *c)
{
    _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -EBADF;

    if (root < 0)
        return -errno;
    fd = open_in_root(root, c->working_directory ? c->working_directory : "/", O_PATH | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    return fchdir(fd) < 0 ? -errno : 0;
}

static int load_filter(const Confinement *c)
{
    if (!c->filter)
        return 0;
    return c->told > 0 ? seccomp_filter_load_told(c->filter, c->n_filter, c->told)
                       : seccomp_filter_load(c->filter, c->n_filter);
}

static const struct Step {
    const char *doing;
    int (*perform)(const Confinement *c);
} steps[] = {
    /* First, so that no later step can be led to a descriptor of ours or of the host. */
    { "close descriptors", close_descriptors },
    /* An app's process of the same user must not trace or read us while we have more rights than it. An
     * exec of a readable file undoes it. */
    { "forbid dumping", forbid_dumping },
    { "reset signals", reset_signals },
    /* Lowering needs SYS_RESOURCE. */
    { "set the OOM score", set_oom_score },
    { "lower limits", lower_shares },
    /* The app must not have the keys of the user who started the pod. Made as root, because each other user
     * has one quota of keys for all pods. */
    { "make a keyring", join_keyring },
    { "forbid new privileges", set_no_new_privileges },
    /* Needs SETPCAP, which setresuid() removes. Does not change our present rights. */
    { "limit capabilities", bound_capabilities },
    /* Needs SETGID, so before the user. */
    { "set the group", set_groups },
    /* When the uid leaves 0, the kernel empties the permitted and effective sets. */
    { "set the user", set_user },
    /* After setresuid(), which needs SETUID even if the app must not have it. A filter without
     * no-new-privileges needs SYS_ADMIN to be loaded: it stays until the exec, which gives root the
     * bounding set and nothing else. */
    { "set capabilities", set_capabilities },
    /* As the app's user, so that the app cannot start in a directory that this user may not enter. Magic
     * links are refused, so /proc/self/fd/N leads nowhere. */
    { "enter the working directory", enter_working_directory },
    /* Last: the filter may forbid everything above. */
    { "load the seccomp filter", load_filter },
};

int confine_app(const Confinement *c, Error *reterr)
{
    for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
        int r = steps[i].perform(c);

        if (r < 0 && steps[i].perform == enter_working_directory)
            return error_set_errno(reterr, r, "cannot enter the working directory \"%s\"",
                                   c->working_directory);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot %s", steps[i].doing);
    }
    return 0;
}
