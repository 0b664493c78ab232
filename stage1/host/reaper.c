/* SPDX-License-Identifier: Apache-2.0 */
/* The apps live in a pid namespace of their own within the init's: no process of theirs can name the init, so
 * what signals it, traces it or looks into it is never an app. That namespace needs a first process, to which
 * the orphans go and which the kernel protects from signals of its own namespace: the reaper. It does nothing
 * at all; the kernel reaps for a process that ignores SIGCHLD.
 *
 * Apps see it as their /proc/1. So it has no rights, no descriptor, a filter, and of the init's memory
 * nothing but the program. When it ends, the kernel kills the apps, and the init ends the pod. */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bare.h"
#include "base/fd-util.h"
#include "host.h"

static const uint16_t reaper_calls[] = {
    __NR_ppoll, __NR_madvise, __NR_close, __NR_exit, __NR_exit_group, __NR_restart_syscall, __NR_rt_sigreturn,
};

static int confine(int report)
{
    sigset_t none;

    /* None blocked: only then does the kernel drop what comes from within before it is queued. */
    (void) signal(SIGPIPE, SIG_DFL);
    (void) signal(SIGCHLD, SIG_IGN);
    (void) sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return -errno;
    return bare_confine("rkt-reaper", &report, 1, reaper_calls, ELEMENTSOF(reaper_calls));
}

/* Never returns: there is nothing to return to any more. report is closed when it is what it is to be; else
 * it says why not. */
static int reap(void *userdata)
{
    int report = *(const int *) userdata, r = confine(report);

    if (r < 0) {
        (void) !write(report, &r, sizeof(r));
        _exit(POD_EXIT_FAILURE);
    }
    bare_forget();
    (void) syscall(SYS_close, report);
    for (;;)
        (void) syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
}

int host_make_reaper(Host *host)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0 || unshare(CLONE_NEWPID) < 0)
        return -errno;
    host->reaper = bare_clone(reap, &fds[1]);
    if (host->reaper < 0)
        return (int) host->reaper;
    host->reaper_report = fds[0];
    (void) close(fds[1]);
    return 0;
}

int host_await_reaper(Host *host)
{
    int why;
    ssize_t n = read_full(host->reaper_report, &why, sizeof(why));

    host->reaper_report = safe_close(host->reaper_report);
    return n < 0 ? (int) n : n == 0 ? 0 : why;
}
