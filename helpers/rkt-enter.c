/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-enter: becomes the entrypoint `enter` of a running pod's stage1. */

#include "base/log.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "cli/choose-app.h"
#include "cli/command.h"
#include "stage0/entrypoint.h"
#include "pod/pod-process.h"

enum { START_ROUNDS = 500, START_PAUSE_US = 10000 };

static const char *arg_app, *arg_pod;
static char **arg_command; /* not owned */
static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;

enum { OPT_APP = 1 };

static const Option options[] = {
    { "app", OPTION_VALUE, OPT_APP, "NAME", "the app to enter; needed if the pod has several", NULL },
    {},
};

/* Words after the pod belong to the command. */
static int parse_argv(int argc, char **argv, Error *reterr)
{
    OptionParser parser = { argc, argv, 1, { options, global_option_table() } };
    const char *value;
    int id, r = spawn_prepare();

    while (r >= 0 && !arg_pod) {
        r = option_next(&parser, &id, &value, reterr);
        if (r >= 0 && global_options_has(id))
            r = global_options_take(&arg_global, id, value, reterr);
        if (r < 0 || arg_global.help)
            return r;
        if (id == OPTION_END)
            return error_set(reterr, -EINVAL, "must provide the pod UUID");
        if (id == OPT_APP)
            arg_app = value;
        else if (id == OPTION_POSITIONAL)
            arg_pod = value;
    }
    if (r < 0)
        return r;
    arg_command = argv + parser.index;
    if (*arg_command && streq(*arg_command, "--"))
        arg_command++;
    return 0;
}

/* ----- stage1 ----- */

static int make_arguments(pid_t init, const char *program, char ***ret)
{
    static const char shell[] = "/bin/bash";
    char **argv = NULL;
    int r = strv_extend(&argv, program);

    if (r >= 0)
        r = strv_extendf(&argv, "--pid=%d", (int) init);
    if (r >= 0)
        r = strv_extendf(&argv, "--appname=%s", arg_app);
    if (r >= 0)
        r = strv_extend(&argv, "--");
    if (r >= 0 && !*arg_command) {
        log_info("no command specified, assuming \"%s\"", shell);
        r = strv_extend(&argv, shell);
    }
    STRV_FOREACH (word, arg_command)
        if (r >= 0)
            r = strv_extend(&argv, *word);
    *ret = argv;
    return r;
}

/* A process that is about to be in the pod must not have the caller's secrets. */
static const char *const kept_environment[] = { "PATH", "TERM", NULL };

static int become_stage1(const Pod *pod, pid_t init, Error *reterr)
{
    _cleanup_free_ char *entrypoint = NULL;
    _cleanup_close_ int program = -EBADF;
    _cleanup_strv_ char **argv = NULL;
    unsigned version;
    int r = pod_stage1_entrypoint(pod, STAGE1_ENTRYPOINT_ENTER, &entrypoint, &version, reterr);

    if (r >= 0)
        r = entrypoint_open(pod, entrypoint, &program, reterr);
    if (r >= 0)
        r = make_arguments(init, strrchr(entrypoint, '/') + 1, &argv);
    if (r < 0)
        return r;
    environment_keep(kept_environment);
    return entrypoint_exec(pod, program, entrypoint, argv, reterr);
}

/* A pod is "running" from the moment its lock is held, shortly before its init is noted. */
static int await_process(const Pod *pod, pid_t *ret)
{
    for (unsigned i = 0;; i++) {
        int r = pod_process_open(pod, ret);

        if (r != -ENODATA || i == START_ROUNDS)
            return r;
        (void) usleep(START_PAUSE_US);
    }
}

static int enter(Error *reterr)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    _cleanup_close_ int root = -EBADF;
    _cleanup_(pod_freep) Pod *pod = NULL;
    _cleanup_close_ int process = -EBADF;
    pid_t init;
    int r;

    r = pod_root_open(arg_global.dir, false, &root, reterr);
    if (r >= 0)
        r = pod_open_argument(root, arg_pod, NULL, &pod, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "problem retrieving pod");
    if (pod->state != POD_STATE_RUNNING)
        return error_set(reterr, -ESRCH, "pod \"%s\" isn't currently running", pod->uuid);
    r = pod_status_read(pod, 0, &status);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read pod \"%s\"", pod->uuid);
    r = app_choose(status, "enter", arg_app, &arg_app, reterr);
    if (r < 0)
        return r;
    r = process = await_process(pod, &init);
    if (r == -ENODATA)
        return error_set(reterr, r, "pod \"%s\" has no process yet", pod->uuid);
    if (r == -ESRCH)
        return error_set(reterr, r, "the process that pod \"%s\" was started as has ended", pod->uuid);
    if (r < 0)
        return error_set_errno(reterr, r, "unable to determine the pid for pod \"%s\"", pod->uuid);
    return become_stage1(pod, init, reterr);
}

int main(int argc, char **argv)
{
    static const Command command = { .name = "enter",
                                     .arguments = "[--app=NAME] UUID [COMMAND [ARGUMENT]…]",
                                     .summary = "Runs a command inside an app of a running pod.",
                                     .options = options,
                                     .parse = parse_argv,
                                     .run = enter,
                                     .for_root = true };

    return command_main((const Command *const[]){ &command, NULL }, &arg_global, argc, argv);
}
