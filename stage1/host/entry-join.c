/* SPDX-License-Identifier: Apache-2.0 */
/* Into an app that may be hostile by now. The order:
 *
 *   not dumpable    before anything of the pod is near
 *   cgroup          the app's, with its limits and devices: what is opened later, the app could have opened
 *   namespaces      the pod's; the one of process numbers counts for clones only, so we stay unseen
 *   mounts          the app's, which has its root
 *   terminal        of the app's devpts, by what it is and not by what stands there
 *   Landlock        on the host's network; a domain of its own, for the pod's can't be joined
 *   confinement     as an app's own process (sandbox/confine.c), the filter included
 *   clone           the command: what the app sees of us first has no more rights than the app, and no
 *                   descriptor but 0, 1, 2, and one that only says "started"
 *   exec
 *
 * The price is that an app whose filter forbids clone(2) can't be entered. */

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/message.h"
#include "base/string-util.h"
#include "entry.h"
#include "program.h"
#include "sandbox/capability.h"
#include "sandbox/cgroup.h"
#include "sandbox/landlock.h"

enum { EXIT_ENTER = 1 };

/* Here, because /proc/self of the app's procfs is nothing of ours. */
static int set_oom_score(const PlanApp *app)
{
    _cleanup_close_ int fd = -EBADF;

    if (!app->has_oom_score_adj)
        return 0;
    fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    return fd < 0 || dprintf(fd, "%d", app->oom_score_adj) < 0 ? -errno : 0;
}

/* The pod's, not those of a login. */
static int take_limits(pid_t init)
{
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit;

        if (prlimit(init, (enum __rlimit_resource) i, NULL, &limit) >= 0 &&
            prlimit(0, (enum __rlimit_resource) i, &limit, NULL) < 0)
            return -errno;
    }
    return 0;
}

static int join_namespaces(const Entry *entry)
{
    if (setns(entry->init_fd, CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP) < 0 ||
        setns(entry->processes, CLONE_NEWPID) < 0 || setns(entry->mounts, CLONE_NEWNS) < 0)
        return -errno;
    return 0;
}

static int make_terminal(const Console *console, int report, int *ret, Error *reterr)
{
    _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), devpts = -EBADF, master = -EBADF;
    int r;

    if (!console_wants_terminal(console))
        return 0;
    devpts = root < 0 ? -errno : open_in_root(root, "/dev/pts", O_PATH | O_DIRECTORY, 0);
    r = devpts < 0 ? devpts : console_make_terminal(devpts, &master, ret);
    if (r >= 0) {
        terminal_copy_size(&console->terminal, master);
        r = message_send(report, "t", 1, master);
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot make a terminal in the app's /dev/pts") : 0;
}

static int place_stdio(const Console *console, int terminal)
{
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (dup2(console->ends[i] >= 0 ? console->ends[i] : terminal, i) < 0)
            return -errno;
    return 0;
}

static bool may_trace(const Entry *entry)
{
    for (size_t i = 0; i < entry->plan->n_apps; i++)
        if (entry->plan->apps[i].capabilities & (UINT64_C(1) << CAP_SYS_PTRACE))
            return true;
    return entry->door.no_capabilities;
}

static int confine(const Entry *entry, int report, Error *reterr)
{
    Confinement confinement = program_confinement(entry->app, true, entry->door.no_capabilities);
    int r;

    confinement.filter = entry->filter;
    confinement.n_filter = entry->n_filter;
    confinement.has_oom_score_adj = false; /* done */
    confinement.working_directory = "/";   /* the app's may be gone, and nobody asked for it */
    confinement.keep = &report;
    confinement.n_keep = 1;
    r = confine_app(&confinement, reterr);
    /* What loading the filter needed goes at the exec; where an app could have it before, now. A filter that
     * forbids this ends us. */
    if (r >= 0 && may_trace(entry)) {
        r = capability_set(confinement.capabilities);
        if (r < 0)
            (void) error_set_errno(reterr, r, "cannot give up what loading the filter needed");
    }
    return r;
}

static int join(const Entry *entry, const Console *console, EntryReport *report, char ***ret_environment,
                Error *reterr)
{
    const char *term = getenv("TERM");
    _cleanup_close_ int terminal = -EBADF;
    int r;

    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot hide from the pod");
    r = program_environment(entry->app, entry->uuid, ret_environment);
    if (r >= 0 && console_wants_terminal(console) && term)
        r = strv_set_variable(ret_environment, "TERM", term);
    if (r >= 0)
        r = set_oom_score(entry->app);
    if (r >= 0)
        r = take_limits(entry->init);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot prepare the command");
    r = cgroup_move(entry->cgroup, 0);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot join the app's cgroup");
    r = join_namespaces(entry);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot join the pod's namespaces");
    r = make_terminal(console, report->terminal, &terminal, reterr);
    report->terminal = safe_close(report->terminal);
    if (r < 0)
        return r;
    r = place_stdio(console, terminal);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot place the command's standard descriptors");
    (void) setsid();
    (void) umask(0022);
    r = entry->door.host_network && !entry->door.no_seccomp ? landlock_scope_abstract_sockets() : 0;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot close the host's abstract sockets to the command");
    return confine(entry, report->command, reterr);
}

/* As fork(), but a child of our parent, and with no other call that the app's filter might forbid. */
static pid_t clone_sibling(void)
{
    long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);

    return pid < 0 ? -errno : (pid_t) pid;
}

_noreturn_ static void become_command(const Entry *entry, bool terminal, char **environment)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r;

    if (terminal && (setsid() < 0 || ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0))
        (void) dprintf(STDERR_FILENO, "Warning: no controlling terminal: %s\n", strerror(errno));
    r = program_exec(entry->command, environment);
    (void) program_explain(entry->command[0], r, &error);
    (void) dprintf(STDERR_FILENO, "Error: %s\n", error_cause(&error));
    _exit(EXIT_ENTER);
}

_noreturn_ void entry_join(const Entry *entry, const Console *console, EntryReport report)
{
    _cleanup_error_ Error error = ERROR_INIT;
    bool terminal = console_wants_terminal(console);
    char **environment = NULL;
    pid_t command = 0;
    int r = join(entry, console, &report, &environment, &error);

    if (r >= 0) {
        r = command = clone_sibling();
        if (r == 0)
            become_command(entry, terminal, environment);
        if (r < 0)
            (void) error_set_errno(&error, r, "the app's system call filter lets no process be made");
    }
    if (r < 0) {
        error_print(&error, r, "enter", entry->debug);
        _exit(EXIT_ENTER);
    }
    (void) !write(report.command, &(uint64_t){ (uint64_t) command }, sizeof(uint64_t));
    _exit(0);
}
