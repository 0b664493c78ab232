/* SPDX-License-Identifier: Apache-2.0 */
/* The pod's namespaces but those of processes and mounts. A child of `run` makes them while everything else
 * is gathered: a network takes the kernel half a millisecond. It stands in the pod's own cgroup, where no
 * other process ever is, so that this is the root of the cgroups that the pod sees. The init joins them; then
 * nobody holds the child's socket any more, and it ends. */

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/spawn.h"
#include "host.h"

pid_t host_clone(uint64_t flags, int cgroup, int *ret_pidfd)
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

static int shared_flags(const Host *host)
{
    return CLONE_NEWUTS | (host->share_ipc ? 0 : CLONE_NEWIPC) | (host->network_none ? CLONE_NEWNET : 0) |
           (host->pod_cgroup >= 0 ? CLONE_NEWCGROUP : 0);
}

/* Holds neither the lock nor anything else. */
_noreturn_ static void make(int flags, int peer)
{
    int r = close_all_but(0, &peer, 1);

    if (r >= 0)
        r = unshare(flags) < 0 ? -errno : 0;
    (void) send(peer, &r, sizeof(r), MSG_NOSIGNAL);
    while (recv(peer, &r, sizeof(r), 0) < 0 && errno == EINTR)
        ;
    _exit(0);
}

int host_make_namespaces(Host *host)
{
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    host->maker = host_clone(0, host->pod_cgroup, &host->namespaces);
    if (host->maker == 0)
        make(shared_flags(host), fds[1]);
    host->maker_socket = fds[0];
    (void) close(fds[1]);
    return host->maker < 0 ? (int) host->maker : 0;
}

static void let_go(Host *host)
{
    host->maker_socket = safe_close(host->maker_socket);
    host->namespaces = safe_close(host->namespaces);
}

int host_join_namespaces(Host *host)
{
    ssize_t n;
    int r;

    do
        n = recv(host->maker_socket, &r, sizeof(r), 0);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t) sizeof(r))
        r = n < 0 ? -errno : -ECHILD;
    if (r >= 0 && setns(host->namespaces, shared_flags(host)) < 0)
        r = -errno;
    let_go(host);
    return r;
}

void host_leave_namespaces(Host *host)
{
    let_go(host);
    if (host->maker > 0)
        (void) wait_for_exit(host->maker);
    host->maker = 0;
}
