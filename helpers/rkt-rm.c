/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-rm: removes pods that do not run at once, with everything that gc would remove. */

#include <string.h>

#include "base/string-util.h"
#include "cli/command.h"
#include "cli/each-pod.h"
#include "stage0/pod-cleanup.h"

static const char *arg_uuid_file;
static char **arg_pods;
static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;

enum { OPT_UUID_FILE = 1 };

static const Option options[] = {
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "take the pod's UUID from a file", NULL },
    {},
};

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_UUID_FILE: arg_uuid_file = value; return 0;
    case OPTION_POSITIONAL: return strv_extend(&arg_pods, value);
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

/* Then the process that holds it only reads it, as rkt export does. */
static bool is_at_rest(const Pod *pod)
{
    return pod->state != POD_STATE_RUNNING && pod->state != POD_STATE_PREPARING &&
           pod->state != POD_STATE_EXITED_DELETING && pod->state != POD_STATE_DELETING;
}

static int remove_pod(Pod *pod, Error *reterr)
{
    _cleanup_(leftovers_done) Leftovers leftovers = LEFTOVERS_INIT;
    int r;

    r = pod_lock(pod);
    if (r == -EBUSY)
        return error_set(reterr, r, "pod \"%s\" cannot be removed: it is %s", pod->uuid,
                         is_at_rest(pod) ? "being read" : pod_state_to_string(pod->state));
    if (r == -ENOENT)
        return error_set(reterr, r, "pod \"%s\" has just been removed by somebody else", pod->uuid);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot lock pod \"%s\"", pod->uuid);
    r = pod_discard(pod, &arg_global, &leftovers, reterr);
    if (r >= 0)
        printf("\"%s\"\n", pod->uuid);
    return r;
}

static int run(Error *reterr)
{
    _cleanup_close_ int root = -EBADF;
    int r = pod_root_open(arg_global.dir, false, &root, reterr);
    EachPodResult result;

    if (r < 0)
        return r;
    result = each_pod(&(EachPod){ "rm", arg_global.debug, remove_pod }, root, arg_pods, arg_uuid_file);
    strv_free(TAKE_PTR(arg_pods));
    return result == EACH_POD_DONE ? 0 : EXIT_GENERAL;
}

int main(int argc, char **argv)
{
    static const Command rm = { .name = "rm",
                                .arguments = "UUID… | --uuid-file=FILE",
                                .summary = "Removes pods that do not run.",
                                .options = options,
                                .take = take_option,
                                .run = run,
                                .for_root = true };

    return command_main((const Command *const[]){ &rm, NULL }, &arg_global, argc, argv);
}
