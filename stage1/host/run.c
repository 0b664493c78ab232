/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `run` of the flavour host: UUID's directory is our working directory, locked by
 * $RKT_LOCK_FD. The tables below have the order of everything.
 *
 * What only the host's side can make (overlays, volumes, /dev trees, pipes) is gathered as descriptors, while
 * rkt-register starts the pod's journal and a child makes the pod's namespaces. As a service's main process
 * the init becomes that (it was cloned as PID 1's child), and we end; else we stay in the foreground until it
 * ends.
 *
 * Links nothing but libc, statically: the pod's init is this process' image. */

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/process.h"
#include "base/spawn.h"
#include "control.h"
#include "foreground.h"
#include "host.h"
#include "init.h"
#include "journal/notify.h"
#include "machine.h"
#include "run-arguments.h"
#include "stage1/layout.h"
#include "stage1/running.h"
#include "steps.h"

typedef struct Run {
    int argc;
    char **argv; /* not owned */
    PodParts pod;
    Machine machine;
    Foreground foreground;
    pid_t init; /* 0: there is none yet */
    int go;     /* lets the init start the apps */
} Run;

/* ----- What is to be ----- */

static int prepare_process(_unused_ Run *run, _unused_ Error *reterr)
{
    return spawn_prepare();
}

static int take_arguments(Run *run, Error *reterr)
{
    return pod_settings_take_arguments(&run->pod.settings, run->argc, run->argv, reterr);
}

static int take_lock(Run *run, Error *reterr)
{
    return run_take_lock(&run->pod.fds[POD_FD_LOCK], reterr);
}

static int read_plan(Run *run, Error *reterr)
{
    return pod_settings_read_plan(&run->pod.settings, run->pod.fds[POD_FD_LOCK], reterr);
}

static int allocate_apps(Run *run, _unused_ Error *reterr)
{
    const Plan *plan = run->pod.settings.plan;
    int r = 0;

    run->pod.apps = calloc(plan->n_apps, sizeof(AppParts));
    if (!run->pod.apps)
        return -ENOMEM;
    for (size_t i = 0; r >= 0 && i < plan->n_apps; i++)
        r = app_parts_init(&run->pod.apps[i], &plan->apps[i]);
    return r;
}

static int take_sockets(Run *run, Error *reterr)
{
    const Plan *plan = run->pod.settings.plan;
    _cleanup_free_ AppSockets *sockets = calloc(plan->n_apps, sizeof(AppSockets));
    int r = sockets ? sockets_take(plan, sockets, reterr) : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < plan->n_apps; i++)
        run->pod.apps[i].sockets = sockets[i];
    return r;
}

/* A service's start process hands its place on to the init, if the service manager listens. */
static int find_home(Run *run, Error *reterr)
{
    PodCgroups *cgroups = &run->pod.cgroups;
    int r = cgroups_find(cgroups, &run->pod.settings, reterr);

    if (r >= 0)
        pod_settings_find_service(&run->pod.settings, cgroups->home == CGROUP_HOME_UNIT ||
                                                              cgroups->home == CGROUP_HOME_DELEGATED);
    return r;
}

/* ----- What is gathered ----- */

static int enter_cgroups(Run *run, Error *reterr)
{
    return run->pod.cgroups.home == CGROUP_HOME_SCOPE
                   ? 0
                   : cgroups_enter(&run->pod.cgroups, &run->pod.settings, run->pod.apps, reterr);
}

static int claim_names(Run *run, Error *reterr)
{
    return machine_claim_names(&run->pod.settings, reterr);
}

static int start_machine(Run *run, Error *reterr)
{
    return machine_start(&run->machine, &run->pod, reterr);
}

static int start_namespaces(Run *run, _unused_ Error *reterr)
{
    return namespace_helper_start(&run->pod.namespaces, &run->pod.settings, &run->pod.cgroups);
}

static int open_notify(Run *run, _unused_ Error *reterr)
{
    return run->pod.settings.service_main ? notify_open(NULL, &run->pod.fds[POD_FD_NOTIFY]) : 0;
}

static int gather(Run *run, Error *reterr)
{
    return gather_pod(&run->pod, reterr);
}

static int record_running(Run *run, _unused_ Error *reterr)
{
    const PodSettings *pod = &run->pod.settings;
    const Running running = { .network = pod->network_none ? RUNNING_NETWORK_NONE : RUNNING_NETWORK_HOST,
                              .no_capabilities = pod->no_capabilities,
                              .no_seccomp = pod->no_seccomp };

    return running_write(AT_FDCWD, &running);
}

static int open_outputs(Run *run, Error *reterr)
{
    gather_journal(&run->pod);
    return foreground_open_pipes(&run->foreground, &run->pod, reterr);
}

/* ----- The init ----- */

/* Returns 0 in the init. CLONE_PARENT makes it our sibling, PID 1's child, whose exit PID 1 then sees. */
static pid_t clone_init(Run *run)
{
    bool service = run->pod.settings.service_main;
    int go[2], control[2] = { -EBADF, -EBADF };
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, go) < 0 ||
        (!service && pipe2(control, O_CLOEXEC) < 0))
        return -errno;
    pid = namespaces_clone(CLONE_NEWPID | CLONE_NEWNS | (service ? CLONE_PARENT : 0), run->pod.cgroups.init,
                           NULL);
    (void) close(go[pid == 0 ? 0 : 1]);
    (void) safe_close(control[pid == 0 ? 0 : 1]);
    if (pid == 0) {
        run->pod.fds[POD_FD_GO] = go[1];
        run->pod.fds[POD_FD_CONTROL] = control[1];
    } else {
        run->go = go[0];
        run->foreground.control = control[0];
    }
    return pid;
}

static int start_init(Run *run, _unused_ Error *reterr)
{
    run->init = clone_init(run);
    if (run->init == 0) {
        run->pod.fds[POD_FD_REGISTER] = machine_leave(&run->machine);
        foreground_leave(&run->foreground);
        init_run(&run->pod);
    }
    if (run->init < 0)
        return (int) run->init;
    run->foreground.init = run->init;
    FOREACH_APP_PARTS (app, &run->pod)
        app_sockets_close(&app->sockets);
    return 0;
}

static int record_init(Run *run, _unused_ Error *reterr)
{
    char text[16];
    int n = snprintf(text, sizeof(text), "%d", (int) run->init),
        r = process_note(AT_FDCWD, STAGE1_PROCESS, run->init);

    return r < 0 ? r : write_file_at(AT_FDCWD, STAGE1_PID, text, (size_t) n, 0644, 0);
}

static int tell_leader(Run *run, Error *reterr)
{
    int r = machine_set_leader(&run->machine, run->pod.cgroups.home == CGROUP_HOME_SCOPE, run->init, reterr);

    namespace_helper_finish(&run->pod.namespaces);
    return r;
}

static int confine_cgroups(Run *run, Error *reterr)
{
    return run->pod.cgroups.home == CGROUP_HOME_SCOPE
                   ? 0
                   : cgroups_confine(&run->pod.cgroups, &run->pod.settings, run->pod.apps, reterr);
}

static int hand_on(Run *run, _unused_ Error *reterr)
{
    int notify = run->pod.fds[POD_FD_NOTIFY], r;

    if (!run->pod.settings.service_main)
        return 0;
    r = notify_sendf(notify, "MAINPID=%d", (int) run->init);
    return r < 0 ? r : notify_barrier(notify, 10 * 1000);
}

static int let_go(Run *run, Error *reterr)
{
    int r = control_send_go(run->go);

    run->go = safe_close(run->go);
    return r < 0 ? error_set(reterr, r, "the pod's init ended before it could start") : 0;
}

typedef struct RunStep {
    const char *doing;
    int (*perform)(Run *run, Error *reterr);
} RunStep;

static const RunStep find_out[] = {
    { "prepare this process", prepare_process }, { "take the arguments", take_arguments },
    { "take the pod's lock", take_lock },        { "read the pod's plan", read_plan },
    { "make room for the apps", allocate_apps }, { "take the apps' sockets", take_sockets },
    { "find the pod's cgroup", find_home },
};

static const RunStep start[] = {
    /* First: what we start from here on sits in the init's cgroup, and the unit's own holds no process. */
    { "make the pod's cgroups", enter_cgroups },
    { "claim the pod's names", claim_names },
    { "have the pod registered", start_machine },
    /* Beside the two: a journal is started, and namespaces are made. */
    { "make the pod's namespaces", start_namespaces },
    { "reach the service manager", open_notify },
    { "gather what the pod needs", gather },
    { "record how the pod runs", record_running },
    { "open what the pod's output goes through", open_outputs },
    { "clone the pod's init", start_init },
    { "record the pod's init", record_init },
    { "register the pod's init", tell_leader },
    /* While the init sets itself up: the kernel's verifier takes its time. */
    { "confine the pod's cgroups", confine_cgroups },
    /* After this the init, not we, are what systemd watches. */
    { "tell systemd the pod's main process", hand_on },
    { "let the pod's init start the apps", let_go },
};

static int run_pod(Run *run, Error *reterr)
{
    int r = STEPS_PERFORM(find_out, run, reterr);

    if (r < 0)
        return r;
    r = STEPS_PERFORM(start, run, reterr);
    if (r >= 0 && run->pod.settings.service_main) {
        machine_await_registration(&run->machine);
        return 0;
    }
    if (r >= 0)
        r = foreground_run(&run->foreground, &run->pod, &run->machine);
    else
        foreground_kill(&run->foreground);
    namespace_helper_finish(&run->pod.namespaces);
    (void) cgroups_remove(&run->pod.cgroups, &run->pod.settings);
    return r;
}

int main(int argc, char *argv[])
{
    _cleanup_error_ Error error = ERROR_INIT;
    Run run = {
        .argc = argc,
        .argv = argv,
        .pod = { .cgroups = POD_CGROUPS_INIT, .namespaces = NAMESPACE_HELPER_INIT },
        .machine = MACHINE_INIT,
        .foreground = FOREGROUND_INIT,
        .go = -EBADF,
    };
    const Plan *plan;
    int r;

    for (size_t i = 0; i < _POD_FD_MAX; i++)
        run.pod.fds[i] = -EBADF;
    r = run_pod(&run, &error);
    plan = run.pod.settings.plan;
    machine_done(&run.machine);
    foreground_done(&run.foreground);
    if (r >= 0)
        return r;
    error_print(&error, r, "stage1", run.pod.settings.debug);
    return r == SOCKETS_MISFIT && plan && plan->unit ? SOCKETS_EXIT_MISFIT : POD_EXIT_FAILURE;
}
