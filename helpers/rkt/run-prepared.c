/* SPDX-License-Identifier: Apache-2.0 */
/* rkt run-prepared: becomes the stage1 of a prepared pod. The pod's directory has everything that could be
 * decided before, so this links only libc, and is part of rkt itself. */

#include "run-prepared.h"

#include "base/string-util.h"
#include "stage0/run-verb.h"

enum { OPT_UUID_FILE = SETTING_OPTION_ID_MAX };

static const Option options[] = {
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "take the pod's UUID from a file", NULL },
    {},
};

static const char *arg_uuid, *arg_uuid_file;

static int take(OptionParser *parser _unused_, int id, const char *value, Error *reterr)
{
    if (id == OPT_UUID_FILE)
        arg_uuid_file = value;
    else if (id != OPTION_POSITIONAL || arg_uuid)
        return error_set(reterr, -EINVAL, "unexpected argument \"%s\": must provide one pod", value);
    else
        arg_uuid = value;
    return 0;
}

static int check(const RunOptions *run_options _unused_, Error *reterr)
{
    return arg_uuid || arg_uuid_file
                   ? 0
                   : error_set(reterr, -EINVAL, "must provide the pod's UUID or --uuid-file");
}

static int open_prepared(int root, const GlobalOptions *global _unused_, Pod **ret, Error *reterr)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    int r;

    r = pod_open_argument(root, arg_uuid, arg_uuid_file, &pod, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "unable to find the pod");
    if (pod->state != POD_STATE_PREPARED)
        return error_set(reterr, -EBUSY, "pod \"%s\" is not prepared: it is %s", pod->uuid,
                         pod_state_to_string(pod->state));
    r = pod_detach(pod);
    if (r >= 0)
        r = pod_lock(pod);
    if (r == -ENOENT)
        return error_set(reterr, r, "pod \"%s\" has just been removed by somebody else", pod->uuid);
    if (r < 0 && r != -EBUSY)
        return error_set_errno(reterr, r, "cannot lock pod \"%s\"", pod->uuid);
    if (r < 0 || pod->directory != POD_DIRECTORY_PREPARED)
        return error_set(reterr, -EBUSY, "pod \"%s\" has just been run by somebody else", pod->uuid);
    *ret = TAKE_PTR(pod);
    return 0;
}

int run_prepared(int argc, char **argv)
{
    static const RunVerb verb = {
        "run-prepared", "UUID | --uuid-file=FILE", "Runs a prepared pod.", options, take, check, open_prepared
    };

    return run_verb(&verb, argc, argv);
}
