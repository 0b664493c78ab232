/* SPDX-License-Identifier: Apache-2.0 */
/* The child reports a failed exec through a close-on-exec pipe, so that a missing program is an error here,
 * and not a status of 127. */

#include "spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "fd-util.h"
#include "time-util.h"

void spawn_reset_signals(void)
{
    sigset_t none;

    for (int i = 1; i < NSIG; i++)
        (void) signal(i, SIG_DFL);
    (void) sigemptyset(&none);
    (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Moves fds to 0, 1, 2. Sources below 3 are moved up first, so that none is overwritten before it is used. */
static int place_standard_fds(const int fds[static 3])
{
    int moved[3];

    for (int i = 0; i < 3; i++) {
        moved[i] = fds[i];
        if (fds[i] >= 0 && fds[i] < 3 && fds[i] != i) {
            moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
            if (moved[i] < 0)
                return -errno;
        }
    }
    for (int i = 0; i < 3; i++) {
        if (moved[i] < 0)
            continue;
        if (moved[i] == i ? fd_set_cloexec(i, false) < 0 : dup2(moved[i], i) < 0)
            return -errno;
    }
    return 0;
}

_noreturn_ static void child(const char *path, char *const argv[], const SpawnOptions *options, int report,
                             pid_t parent)
{
    char *const *environment = options->environment ? options->environment : environ;
    int keep[3], r;
    size_t n = 0;

    spawn_reset_signals();
    if (options->die_with_parent) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(127);
    }
    report = fcntl(report, F_DUPFD_CLOEXEC, 3);
    r = report < 0 || (options->timeout_ns > 0 && setpgid(0, 0) < 0) ||
                        (options->directory && chdir(options->directory) < 0)
                ? -errno
                : 0;
    if (r >= 0)
        r = place_standard_fds(options->fds);
    if (r >= 0 && options->pass >= 0) {
        keep[n++] = options->pass;
        r = fd_set_cloexec(options->pass, false);
    }
    if (r >= 0) {
        keep[n++] = report;
        if (options->program >= 0)
            keep[n++] = options->program;
        sort_fds(keep, n);
        r = close_all_but(3, keep, n);
    }
    if (r >= 0) {
        r = exec_opened(options->program, path, argv, environment);
    }
    (void) !write(report, &r, sizeof(r));
    _exit(127);
}

int spawn(const char *path, char *const argv[], const SpawnOptions *options, pid_t *ret_pid)
{
    static const SpawnOptions plain = SPAWN_OPTIONS_INIT;
    _cleanup_close_ int from = -EBADF, to = -EBADF;
    int fds[2], r = 0;
    pid_t pid, parent = getpid();

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    from = fds[0];
    to = fds[1];
    pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        child(path, argv, options ? options : &plain, to, parent);
    to = safe_close(to);
    if (read_full(from, &r, sizeof(r)) == (ssize_t) sizeof(r)) {
        (void) wait_for_exit(pid);
        return r;
    }
    *ret_pid = pid;
    return 0;
}

int exec_opened(int program, const char *path, char *const argv[], char *const environment[])
{
    if (program >= 0)
        (void) syscall(SYS_execveat, program, "", argv, environment, AT_EMPTY_PATH);
    if (path && (program < 0 || errno == ENOENT))
        (void) execve(path, argv, environment);
    return -errno;
}

int wait_for_exit(pid_t pid)
{
    siginfo_t info;

    while (waitid(P_PID, (id_t) pid, &info, WEXITED) < 0)
        if (errno != EINTR)
            return -errno;
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

/* Kills all processes of its group. */
static int wait_or_kill(pid_t pid, int64_t timeout_ns)
{
    _cleanup_close_ int process = (int) syscall(SYS_pidfd_open, pid, 0);
    struct pollfd end = { .fd = process, .events = POLLIN };
    int64_t deadline = monotonic_ns() + timeout_ns, left = timeout_ns;
    int r = process < 0 ? -errno : 0;

    while (r == 0 && left > 0) {
        r = poll(&end, 1, (int) ((left + 999999) / 1000000)) < 0 ? -errno : end.revents != 0;
        if (r == -EINTR)
            r = 0;
        left = deadline - monotonic_ns();
    }
    if (r > 0)
        return wait_for_exit(pid);
    (void) kill(-pid, SIGKILL);
    (void) wait_for_exit(pid);
    return r < 0 ? r : -ETIMEDOUT;
}

int spawn_and_wait(const char *path, char *const argv[], const SpawnOptions *options)
{
    pid_t pid;
    int r = spawn(path, argv, options, &pid);

    if (r < 0)
        return r;
    return options && options->timeout_ns > 0 ? wait_or_kill(pid, options->timeout_ns) : wait_for_exit(pid);
}

static bool is_named(const char *variable, const char *const *names)
{
    size_t n = strcspn(variable, "=");

    for (; *names; names++)
        if (strncmp(*names, variable, n) == 0 && (*names)[n] == '\0')
            return true;
    return false;
}

void environment_keep(const char *const *names)
{
    char **to = environ;

    for (char **from = environ; from && *from; from++)
        if (is_named(*from, names))
            *to++ = *from;
    if (to)
        *to = NULL;
}

int spawn_prepare(void)
{
    int fd;

    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR)
        return -errno;
    do
        fd = open("/dev/null", O_RDWR); /* stays open: not O_CLOEXEC */
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd < 0)
        return -errno;
    return close(fd) < 0 ? -errno : 0;
}
