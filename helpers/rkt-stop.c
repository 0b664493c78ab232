/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-stop: asks running pods to stop. A declared pod is stopped as its unit, or systemd would start it
 * again; systemctl reaches PID 1 without the bus. Any other is asked the way its stage1 offers, or by a
 * signal to its init. */

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "command.h"
#include "each-pod.h"
#include "entrypoint.h"
#include "interface.h"
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
    { "force", OPTION_BOOL, OPT_FORCE, NULL, "kill the pod", NULL },
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "the pod named in this file", NULL },
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

/* The unit that the pod was declared as, if its init sits in it: the same pod may have been started by hand.
 */
static bool find_unit(const Pod *pod, char unit[static POD_UNIT_MAX])
{
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int cgroup = -EBADF;
    _cleanup_strv_ char **names = NULL;
    pid_t pid;

    if (!systemd_is_running() || pod_unit_read(pod, unit) < 0 || pod_read_pid(pod, &pid) < 0 ||
        cgroup_open_pid(pid, &cgroup, &path) < 0 || strv_split(path, "/", &names) < 0 ||
        !strv_contains(names, unit))
        return false;
    return true;
}

/* Forced, the job to stop comes first and is not waited for: otherwise Restart= would answer the kill. By
 * then the unit may be gone, so what becomes of the kill is nobody's concern. */
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

/* A pod that is being started has no pid for a moment. -ESRCH: it has ended. */
static int wait_for_pid(Pod *pod, pid_t *ret)
{
    static const struct timespec pause = { .tv_nsec = PID_PAUSE_NS };
    int r = -ENODATA;

    for (unsigned i = 0; r == -ENODATA && i < PID_TRIES; i++) {
        r = pod_read_pid(pod, ret);
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

/* The pod's lock is looked at again when the process is held: while the pod runs, its pid is no other's. */
static int stop_by_signal(Pod *pod, pid_t pid, Error *reterr)
{
    _cleanup_close_ int process = -EBADF;

    process = (int) syscall(SYS_pidfd_open, pid, 0);
    if (!is_running(pod) || (process < 0 && errno == ESRCH))
        return 0;
    if (process < 0 || syscall(SYS_pidfd_send_signal, process, arg_force ? SIGKILL : SIGTERM, NULL, 0) < 0)
        return errno == ESRCH ? 0 : error_set_errno(reterr, -errno, "cannot signal pod \"%s\"", pod->uuid);
    return 0;
}

/* The stage1 may know how to stop a pod whose init we can't find. */
static int stop_running(Pod *pod, Error *reterr)
{
    _cleanup_free_ char *entrypoint = NULL;
    char unit[POD_UNIT_MAX];
    unsigned version;
    pid_t pid;
    int r = wait_for_pid(pod, &pid);

    if (r == -ESRCH)
        return 0;
    if (find_unit(pod, unit))
        return stop_unit(unit, reterr);
    if (pod_stage1_entrypoint(pod, STAGE1_ENTRYPOINT_STOP, &entrypoint, &version, NULL) >= 0)
        return stop_by_stage1(pod, entrypoint, reterr);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot find the init of pod \"%s\"", pod->uuid);
    return stop_by_signal(pod, pid, reterr);
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
