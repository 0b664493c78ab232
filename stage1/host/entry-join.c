/* SPDX-License-Identifier: Apache-2.0 */
/* Into an app that may be hostile by now. The table below has the order; then
 *
 *   clone           the command: what the app sees of us first has no more rights than the app, and no
 *                   descriptor but 0, 1, 2, and one that only says "started"
 *   exec
 *
 * The price is that an app whose filter forbids clone(2) can't be entered. */

#include "entry.h"

#include <fcntl.h>
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
#include "program.h"
#include "sandbox/capability.h"
#include "sandbox/cgroup.h"
#include "sandbox/landlock.h"
#include "stage1/tracing.h"
#include "steps.h"

enum { EXIT_ENTER = 1 };

typedef struct Join {
    const Entry *entry;
    const Console *console;
    EntryReport *report;
    int terminal; /* the program's side of a pseudoterminal; -EBADF: it gets none */
    char **environment;
} Join;

static int forbid_dumping(_unused_ Join *join, _unused_ Error *reterr)
{
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int make_environment(Join *join, _unused_ Error *reterr)
{
    const char *term = getenv("TERM");
    int r = program_environment(join->entry->app, join->entry->uuid, &join->environment);

    return r >= 0 && console_wants_terminal(join->console) && term
                   ? strv_set_variable(&join->environment, "TERM", term)
                   : r;
}

static int set_oom_score(Join *join, _unused_ Error *reterr)
{
    const PlanApp *app = join->entry->app;
    _cleanup_close_ int fd = -EBADF;

    if (!app->has_oom_score_adj)
        return 0;
    fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    return fd < 0 || dprintf(fd, "%d", app->oom_score_adj) < 0 ? -errno : 0;
}

static int take_limits(Join *join, _unused_ Error *reterr)
{
    for (int i = 0; i < RLIM_NLIMITS; i++) {
        struct rlimit limit;

        if (prlimit(join->entry->init, (enum __rlimit_resource) i, NULL, &limit) >= 0 &&
            prlimit(0, (enum __rlimit_resource) i, &limit, NULL) < 0)
            return -errno;
    }
    return 0;
}

static int join_cgroup(Join *join, _unused_ Error *reterr)
{
    return cgroup_move(join->entry->cgroup, 0);
}

static int join_namespaces(Join *join, _unused_ Error *reterr)
{
    const Entry *entry = join->entry;

    if (setns(entry->init_fd, CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWCGROUP) < 0 ||
        setns(entry->processes, CLONE_NEWPID) < 0 || setns(entry->mounts, CLONE_NEWNS) < 0)
        return -errno;
    return 0;
}

static int send_terminal(Join *join)
{
    _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), devpts = -EBADF, master = -EBADF;
    int r;

    devpts = root < 0 ? -errno : open_in_root(root, "/dev/pts", O_PATH | O_DIRECTORY, 0);
    r = devpts < 0 ? devpts : console_make_terminal(devpts, &master, &join->terminal);
    if (r < 0)
        return r;
    terminal_copy_size(&join->console->terminal, master);
    return message_send(join->report->terminal, "t", 1, master);
}

static int make_terminal(Join *join, _unused_ Error *reterr)
{
    int r = console_wants_terminal(join->console) ? send_terminal(join) : 0;

    join->report->terminal = safe_close(join->report->terminal);
    return r;
}

static int place_stdio(Join *join, _unused_ Error *reterr)
{
    const int *ends = join->console->ends;

    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (dup2(ends[i] >= 0 ? ends[i] : join->terminal, i) < 0)
            return -errno;
    join->terminal = safe_close(join->terminal);
    (void) setsid();
    (void) umask(0022);
    return 0;
}

static int close_abstract_sockets(Join *join, _unused_ Error *reterr)
{
    const Running *running = &join->entry->record.running;

    return running->network == RUNNING_NETWORK_HOST && !running->no_seccomp
                   ? landlock_scope_abstract_sockets()
                   : 0;
}

static Confinement confinement_of(const Entry *entry)
{
    Confinement confinement = program_confinement(entry->app, true, entry->record.running.no_capabilities);

    confinement.filter = entry->filter;
    confinement.n_filter = entry->n_filter;
    confinement.has_oom_score_adj = false; /* done */
    confinement.working_directory = "/";   /* the app's may be gone, and nobody asked for it */
    return confinement;
}

static int confine(Join *join, Error *reterr)
{
    Confinement confinement = confinement_of(join->entry);

    confinement.keep = &join->report->command;
    confinement.n_keep = 1;
    return confine_app(&confinement, reterr);
}

static int drop_capabilities(Join *join, _unused_ Error *reterr)
{
    const Entry *entry = join->entry;

    return tracing_pod_may(entry->plan, entry->record.running.no_capabilities)
                   ? capability_set(confinement_of(entry).capabilities)
                   : 0;
}

static const struct {
    const char *doing;
    int (*perform)(Join *join, Error *reterr);
} steps[] = {
    /* Before anything of the pod is near. */
    { "hide from the pod", forbid_dumping },
    { "make the command's environment", make_environment },
    /* While /proc/self is the host's: that of the app's procfs is nothing of ours. */
    { "set the OOM score", set_oom_score },
    /* The pod's, not those of a login. */
    { "take the pod's resource limits", take_limits },
    /* With its limits and devices: what is opened later, the app could have opened. */
    { "join the app's cgroup", join_cgroup },
    /* The one of process numbers counts for clones only, so we stay unseen. The app's mounts have its root.
     */
    { "join the pod's namespaces", join_namespaces },
    /* Of the app's devpts, by what it is and not by what stands there. */
    { "make a terminal in the app's /dev/pts", make_terminal },
    { "place the command's standard descriptors", place_stdio },
    /* A domain of its own, for the pod's can't be joined. */
    { "close the host's abstract sockets to the command", close_abstract_sockets },
    /* As an app's own process, the filter included. */
    { "confine the command", confine },
    /* What loading the filter needed goes at the exec; where an app could have it before, now. A filter that
     * forbids this ends us. */
    { "give up what loading the filter needed", drop_capabilities },
};

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
    Join join = { .entry = entry, .console = console, .report = &report, .terminal = -EBADF };
    bool terminal = console_wants_terminal(console);
    pid_t command = 0;
    int r = STEPS_PERFORM(steps, &join, &error);

    if (r >= 0) {
        r = command = clone_sibling();
        if (r == 0)
            become_command(entry, terminal, join.environment);
        if (r < 0)
            (void) error_set_errno(&error, r, "the app's system call filter does not let a process be made");
    }
    if (r < 0) {
        error_print(&error, r, "enter", entry->debug);
        _exit(EXIT_ENTER);
    }
    (void) !write(report.command, &(uint64_t){ (uint64_t) command }, sizeof(uint64_t));
    _exit(0);
}
