/* SPDX-License-Identifier: Apache-2.0 */
/* The pod's namespaces but those of processes and mounts. A child of `run` makes them while everything else
 * is gathered: a network takes the kernel half a millisecond. It stands in the pod's own cgroup, where no
 * other process ever is, so that this is the root of the cgroups that the pod sees. The init joins them; then
 * nobody holds the child's socket any more, and it ends. */

#include "namespaces.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/spawn.h"

pid_t namespaces_clone(uint64_t flags, int cgroup, int *ret_pidfd)
{
    struct clone_args args = {
        .flags = flags | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0) | (ret_pidfd ? CLONE_PIDFD : 0),
        .pidfd = (uint64_t) (uintptr_t) ret_pidfd,
        .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
        .cgroup = cgroup >= 0 ? (uint64_t) cgroup : 0,
    };
    long pid = syscall(SYS_clone3, &args, sizeof(args));

    return pid < 0 ? -errno : (pid_t) pid;
}

/* unshare(2) and setns(2) take one of users (CLONE_NEWUSER) before all others, whatever their order. */
static uint64_t helper_flags(const PodSettings *pod, const PodCgroups *cgroups)
{
    const struct {
        bool own; /* else the host's, or one that `run` has made already */
        uint64_t flag;
    } namespaces[] = {
        { true, CLONE_NEWUTS },
        { !pod->share_ipc, CLONE_NEWIPC },
        { pod->network_none, CLONE_NEWNET },
        { cgroups->pod >= 0, CLONE_NEWCGROUP },
    };
    uint64_t flags = 0;

    for (size_t i = 0; i < ELEMENTSOF(namespaces); i++)
        flags |= namespaces[i].own ? namespaces[i].flag : 0;
    return flags;
}

/* Holds neither the lock nor anything else. */
_noreturn_ static void make(uint64_t flags, int peer)
{
    int r = close_all_but(0, &peer, 1);

    if (r >= 0)
        r = unshare((int) flags) < 0 ? -errno : 0;
    (void) send(peer, &r, sizeof(r), MSG_NOSIGNAL);
    while (recv(peer, &r, sizeof(r), 0) < 0 && errno == EINTR)
        ;
    _exit(0);
}

int namespace_helper_start(NamespaceHelper *helper, const PodSettings *pod, const PodCgroups *cgroups)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    helper->flags = helper_flags(pod, cgroups);
    helper->pid = namespaces_clone(0, cgroups->pod, &helper->process);
    if (helper->pid == 0)
        make(helper->flags, fds[1]);
    helper->socket = fds[0];
    (void) close(fds[1]);
    return helper->pid < 0 ? (int) helper->pid : 0;
}

static void let_end(NamespaceHelper *helper)
{
    helper->socket = safe_close(helper->socket);
    helper->process = safe_close(helper->process);
}

int namespace_helper_join(NamespaceHelper *helper)
{
    ssize_t n;
    int r;

    do
        n = recv(helper->socket, &r, sizeof(r), 0);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t) sizeof(r))
        r = n < 0 ? -errno : -ECHILD;
    if (r >= 0 && setns(helper->process, (int) helper->flags) < 0)
        r = -errno;
    let_end(helper);
    return r;
}

void namespace_helper_finish(NamespaceHelper *helper)
{
    let_end(helper);
    if (helper->pid > 0)
        (void) wait_for_exit(helper->pid);
    helper->pid = 0;
}
