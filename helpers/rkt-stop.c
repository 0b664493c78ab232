/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-stop: asks running pods to stop. A declared pod is stopped through its unit, because systemd would
 * start it again otherwise; systemctl reaches PID 1 without the bus. Any other pod is stopped by its
 * stage1, or by a signal to its init. */

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/process.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "cli/command.h"
#include "cli/each-pod.h"
#include "stage0/entrypoint.h"
#include "stage1/interface.h"
#include "pod/pod-process.h"
#include "pod/pod-status.h"
#include "pod/pod-unit.h"
#include "pod/pod.h"
#include "sandbox/cgroup.h"
#include "sd/runtime.h"

enum { EXIT_UUID_FILE = 1 };
enum { PID_TRIES = 100, PID_PAUSE_NS = 20000000 };

static bool arg_force;
static const char *arg_uuid_file;
static char **arg_pods;
static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;

enum { OPT_FORCE = 1, OPT_UUID_FILE };

static const Option options[] = {
    { "force", OPTION_BOOL, OPT_FORCE, NULL, "kill the pods at once", NULL },
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "take the pod's UUID from a file", NULL },
    {},
};

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FORCE: arg_force = streq(value, "true"); return 0;
    case OPT_UUID_FILE: arg_uuid_file = value; return 0;
    case OPTION_POSITIONAL: return strv_extend(&arg_pods, value);
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

/* ----- As a unit ----- */

/* The unit that declared the pod, if the pod's init is in it: the same pod may have been started by hand. */
static bool find_unit(const Pod *pod, char unit[static POD_UNIT_MAX])
{
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int cgroup = -EBADF, process = -EBADF;
    _cleanup_strv_ char **names = NULL;
    pid_t pid;

    if (!systemd_is_running() || pod_unit_read(pod, unit) < 0)
        return false;
    process = pod_process_open(pod, &pid);
    return process >= 0 && cgroup_open_pid(pid, &cgroup, &path) >= 0 && !process_has_ended(process) &&
           strv_split(path, "/", &names) >= 0 && strv_contains(names, unit);
}

/* With --force, the job to stop comes first and is not waited for: otherwise Restart= would react to the
 * kill. The unit may be gone by then, so the result of the kill is ignored. */
static int stop_unit(char *unit, Error *reterr)
{
    static char systemctl[] = "/usr/bin/systemctl";
    char *const stop[] = { systemctl, (char *) "stop", unit, NULL };
    char *const begin[] = { systemctl, (char *) "stop", (char *) "--no-block", unit, NULL };
    char *const kill_all[] = { systemctl, (char *) "kill", (char *) "--signal=KILL", unit, NULL };
    SpawnOptions quiet = SPAWN_OPTIONS_INIT;
    _cleanup_close_ int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int r = spawn_and_wait(systemctl, arg_force ? begin : stop, NULL);

    if (r != 0)
        return r > 0 ? error_set(reterr, -EPROTO, "systemctl ended with exit status %d", r)
                     : error_set_errno(reterr, r, "cannot run systemctl");
    quiet.fds[2] = null;
    if (arg_force)
        (void) spawn_and_wait(systemctl, kill_all, &quiet);
    return 0;
}

/* ----- As a pod ----- */

static bool is_running(Pod *pod)
{
    return pod_refresh(pod) >= 0 && pod->state == POD_STATE_RUNNING;
}

/* A pod that is being started has no process for a moment. Returns its pidfd; -ESRCH: that process or the
 * pod has ended. */
static int wait_for_process(Pod *pod)
{
    static const struct timespec pause = { .tv_nsec = PID_PAUSE_NS };
    int r = -ENODATA;

    for (unsigned i = 0; r == -ENODATA && i < PID_TRIES; i++) {
        r = pod_process_open(pod, NULL);
        if (r == -ENODATA) {
            (void) nanosleep(&pause, NULL);
            if (!is_running(pod))
                return -ESRCH;
        }
    }
    return r;
}

static int stop_by_stage1(Pod *pod, const char *entrypoint, Error *reterr)
{
    char *argv[] = { (char *) entrypoint, arg_force ? (char *) "--force" : (char *) pod->uuid,
                     arg_force ? (char *) pod->uuid : NULL, NULL };
    _cleanup_close_ int program = -EBADF;
    int r = entrypoint_open(pod, entrypoint, &program, reterr);

    if (r < 0)
        return is_running(pod) ? r : 0;
    r = entrypoint_run(pod, program, entrypoint, argv);
    if (r != 0 && !is_running(pod))
        return 0;
    if (r == -ETIMEDOUT)
        return error_set(reterr, r, "the stage1's stop did not end within %d s", STAGE1_TIMEOUT_S);
    if (r > 0)
        return error_set(reterr, -EPROTO, "the stage1's stop ended with exit status %d", r);
    return r < 0 ? error_set_errno(reterr, r, "cannot run the stage1's stop") : 0;
}

static int stop_by_signal(const Pod *pod, int process, Error *reterr)
{
    if (syscall(SYS_pidfd_send_signal, process, arg_force ? SIGKILL : SIGTERM, NULL, 0) < 0)
        return errno == ESRCH ? 0 : error_set_errno(reterr, -errno, "cannot signal pod \"%s\"", pod->uuid);
    return 0;
}

/* The stage1 may be able to stop a pod whose init is not found. */
static int stop_running(Pod *pod, Error *reterr)
{
    _cleanup_close_ int process = wait_for_process(pod);
    _cleanup_free_ char *entrypoint = NULL;
    char unit[POD_UNIT_MAX];
    unsigned version;

    if (process == -ESRCH && !is_running(pod))
        return 0;
    if (find_unit(pod, unit))
        return stop_unit(unit, reterr);
    if (pod_stage1_entrypoint(pod, STAGE1_ENTRYPOINT_STOP, &entrypoint, &version, NULL) >= 0)
        return stop_by_stage1(pod, entrypoint, reterr);
    if (process == -ESRCH)
        return error_set(reterr, process, "its process has ended, but another one holds its lock");
    if (process < 0)
        return error_set_errno(reterr, process, "cannot find its process");
    return stop_by_signal(pod, process, reterr);
}

/* ----- The verb ----- */

static int stop(Pod *pod, Error *reterr)
{
    int r;

    if (pod->directory >= POD_DIRECTORY_RUN && pod->state != POD_STATE_RUNNING) {
        printf("pod \"%s\" is already stopped\n", pod->uuid);
        return 0;
    }
    if (pod->state != POD_STATE_RUNNING)
        return error_set(reterr, -EINVAL, "pod \"%s\" is not running: it is %s", pod->uuid,
                         pod_state_to_string(pod->state));
    r = stop_running(pod, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "cannot stop pod \"%s\"", pod->uuid);
    printf("\"%s\"\n", pod->uuid);
    return 0;
}

static int run(Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    int r = pod_root_open(arg_global.dir, false, &root, reterr);
    EachPodResult result = EACH_POD_NOT_FOUND;

    if (r < 0 && !arg_uuid_file)
        return r;
    if (r < 0)
        error_print(reterr, r, "stop", arg_global.debug);
    else
        result = each_pod(&(EachPod){ "stop", arg_global.debug, stop }, root, arg_pods, arg_uuid_file);
    strv_free(TAKE_PTR(arg_pods));
    if (result == EACH_POD_DONE)
        return 0;
    return result == EACH_POD_NOT_FOUND && arg_uuid_file ? EXIT_UUID_FILE : EXIT_GENERAL;
}

int main(int argc, char **argv)
{
    static const Command stop_command = { .name = "stop",
                                          .arguments = "UUID… | --uuid-file=FILE",
                                          .summary = "Stops running pods.",
                                          .options = options,
                                          .take = take_option,
                                          .run = run };

    return command_main((const Command *const[]){ &stop_command, NULL }, &arg_global, argc, argv);
}
