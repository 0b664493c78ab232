/* SPDX-License-Identifier: Apache-2.0 */
/* The apps live in a pid namespace of their own within the init's: no process of theirs can name the init, so
 * what signals it, traces it or looks into it is never an app. That namespace needs a first process, to which
 * the orphans go and which the kernel protects from signals of its own namespace: the reaper. It does nothing
 * by itself; the kernel reaps for a process that ignores SIGCHLD.
 *
 * It is also the pod's supervisor to machined (258 and later), which has it sent SIGTERM for `machinectl
 * terminate`. The init can't be that: it takes SIGTERM for a stop by its service manager, after which
 * Restart= may start the unit again. machined takes for the supervisor who connected the socket by which the
 * machine is registered, so the reaper connects one and gives it to rkt-register. SIGTERM is heard only from
 * outside of the apps' namespace: the kernel says 0 for a sender there, and lets nobody else say so.
 *
 * Apps see it as their /proc/1. So it has no rights, no descriptor but the report, a filter, and of the
 * init's memory nothing but the program. When it ends, the kernel kills the apps, and the init ends the pod.
 */

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

/* An app's signal has its number, or SI_QUEUE, with which it may claim any. */
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

/* The kernel keeps who sent a signal while there is room in the receiver's queue, which counts for the user:
 * an app that filled it could forge a signal of the host's. So ours has no limit. Where that is refused (in a
 * container without CAP_SYS_RESOURCE) an app still can't fill it: its own limit is a quarter of ours, and it
 * can't raise that (lower_shares() in lib/sandbox/confine.c). */
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
    static const char line[] = "supervisor\n";
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

/* Never returns: there is nothing to return to any more. A supervisor says 0 when it is what it is to be, and
 * keeps its report, else that is closed then; an error says why it is not. */
static int reap(void *userdata)
{
    const Task *task = userdata;
    int report = task->report, done = 0, r; /* done is not a constant: that would bring its page back */
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

/* All else that the init clones, at whatever time, stands in its own namespace, where no app sees it. */
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
