/* SPDX-License-Identifier: Apache-2.0 */
/* The apps live in a pid namespace of their own within the init's. None of their processes can name the init,
 * so no app can signal it, trace it or look into it. That namespace needs a first process: the reaper.
 * Orphans become its children, and the kernel protects it from signals of its own namespace. It does nothing
 * by itself; the kernel reaps the children of a process that ignores SIGCHLD.
 *
 * It is also the pod's supervisor for machined (258 and later), which sends it SIGTERM for `machinectl
 * terminate`. The init can't be the supervisor: it takes SIGTERM for a stop by its service manager, after
 * which Restart= may start the unit again. For machined the supervisor is the process that connected the
 * socket by which the machine is registered; so the reaper connects one and gives it to rkt-register. SIGTERM
 * counts only from outside of the apps' namespace: for a sender there the kernel says 0, and no process can
 * pretend that.
 *
 * Apps see the reaper as their /proc/1. So it has no rights, no descriptor but the report, a filter, and of
 * the init's memory only the program. When it ends, the kernel kills the apps, and the init ends the pod. */

#include "reaper.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "bare.h"
#include "base/fd-util.h"
#include "base/log.h"
#include "base/message.h"
#include "host.h"
#include "namespaces.h"

static const uint16_t reaper_calls[] = {
    __NR_ppoll, __NR_madvise,    __NR_close,           __NR_write,
    __NR_exit,  __NR_exit_group, __NR_restart_syscall, __NR_rt_sigreturn,
};

typedef struct Task {
    int report, machined, register_socket;
} Task;

static int terminate_report = -EBADF;

/* A signal from an app has that process' number, or SI_QUEUE, with which it may claim any number. */
static void hear_terminate(int number, siginfo_t *info, void *context)
{
    (void) number;
    (void) context;
    if (info->si_code == SI_USER && info->si_pid == 0)
        (void) syscall(__NR_write, terminate_report, "t", 1);
}

/* Returns a connection to machined; the directory is the host's, which we leave again. */
static int connect_machined(int directory)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = MACHINED_SOCKET };
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r = 0;

    if (connection < 0)
        return -errno;
    if (fchdir(directory) < 0 || connect(connection, (struct sockaddr *) &address, sizeof(address)) < 0)
        r = -errno;
    if (chdir("/") < 0 && r >= 0)
        r = -errno;
    if (r >= 0)
        return connection;
    (void) close(connection);
    return r;
}

/* The kernel notes the sender of a signal while the queue of the receiver's user has room. An app that filled
 * the queue could forge a signal of the host's. So ours has no limit. Where that is refused (in a container
 * without CAP_SYS_RESOURCE) an app still can't fill it: its own limit is a quarter of ours, and it can't
 * raise that (lower_shares() in lib/sandbox/confine.c). */
static int hear_terminations(int report)
{
    static const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
    struct sigaction action = { .sa_sigaction = hear_terminate, .sa_flags = SA_SIGINFO | SA_RESTART };

    terminate_report = report;
    (void) setrlimit(RLIMIT_SIGPENDING, &unlimited);
    return sigaction(SIGTERM, &action, NULL) < 0 ? -errno : 0;
}

/* Whether we are the supervisor. A pod runs without one, too, but rkt-register waits for the line. */
static bool supervise(const Task *task)
{
    static const char line[] = "supervisor=\n";
    _cleanup_close_ int connection = -EBADF;

    if (task->machined < 0 || task->register_socket < 0)
        return false;
    if (hear_terminations(task->report) >= 0)
        connection = connect_machined(task->machined);
    return message_send(task->register_socket, line, strlen(line), connection) >= 0 && connection >= 0;
}

static int confine(int report)
{
    const BareCalls calls = { .calls = reaper_calls, .n_calls = ELEMENTSOF(reaper_calls) };
    sigset_t none;

    /* None blocked: only then does the kernel drop what comes from within before it is queued. */
    (void) signal(SIGPIPE, SIG_DFL);
    (void) signal(SIGCHLD, SIG_IGN);
    (void) sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return -errno;
    return bare_confine("rkt-reaper", &report, 1, &calls);
}

/* Never returns: there is nothing to return to any more. Once it is confined, a supervisor writes 0 and keeps
 * its report; any other reaper closes it. An errno tells why it could not be confined. */
static int reap(void *userdata)
{
    const Task *task = userdata;
    int report = task->report, done = 0, r; /* done is no constant, which would bring its page back */
    bool supervisor = supervise(task);

    r = confine(report);
    if (r < 0) {
        (void) !write(report, &r, sizeof(r));
        _exit(POD_EXIT_FAILURE);
    }
    bare_forget();
    if (supervisor)
        (void) syscall(SYS_write, report, &done, sizeof(done));
    else
        (void) syscall(SYS_close, report);
    for (;;)
        (void) syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

int reaper_start(Reaper *reaper, int proc, int machined, int register_socket)
{
    Task task = { .machined = machined, .register_socket = register_socket };
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0 || unshare(CLONE_NEWPID) < 0)
        return -errno;
    task.report = fds[1];
    reaper->pid = bare_clone(reap, &task);
    if (reaper->pid < 0)
        return (int) reaper->pid;
    reaper->apps_pids = openat(proc, "self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
    reaper->own_pids = openat(proc, "self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (reaper->apps_pids < 0 || reaper->own_pids < 0 || setns(reaper->own_pids, CLONE_NEWPID) < 0)
        return -errno;
    reaper->report = fds[0];
    (void) close(fds[1]);
    return 0;
}

/* All other processes that the init ever clones are in its own namespace, where no app sees them. */
pid_t reaper_clone_app(const Reaper *reaper, uint64_t flags, int cgroup)
{
    pid_t pid;

    if (setns(reaper->apps_pids, CLONE_NEWPID) < 0)
        return -errno;
    pid = namespaces_clone(flags, cgroup, NULL);
    if (pid == 0 || setns(reaper->own_pids, CLONE_NEWPID) >= 0)
        return pid;
    log_error("cannot leave the apps' pid namespace: %s", strerror(errno));
    _exit(POD_EXIT_FAILURE);
}

int reaper_await(Reaper *reaper)
{
    int why;
    ssize_t n = read_full(reaper->report, &why, sizeof(why));

    if (n == (ssize_t) sizeof(why) && why == 0)
        return 0;
    reaper->report = safe_close(reaper->report);
    return n < 0 ? (int) n : n == 0 ? 0 : why;
}

bool reaper_hear(Reaper *reaper)
{
    char heard;

    if (read(reaper->report, &heard, 1) == 1)
        return true;
    reaper->report = safe_close(reaper->report);
    return false;
}
