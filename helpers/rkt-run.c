/* SPDX-License-Identifier: Apache-2.0 */
/* rkt run: rkt prepare and rkt run-prepared in one process, which becomes the stage1. */

#include "base/log.h"
#include "prepare/prepare.h"
#include "stage0/run-verb.h"

static PodOptions arg_pod = { .warn = log_warning, .say = log_image };

static int take(OptionParser *parser, int id, const char *value, Error *reterr)
{
    return pod_options_take(&arg_pod, parser, id, value, reterr);
}

static int check(const RunOptions *options, Error *reterr)
{
    if (options->interactive && arg_pod.n_apps > 1)
        return error_set(reterr, -EINVAL, "--interactive: only one image may be given");
    arg_pod.network = options->network ? options->network : "default";
    return pod_options_check(&arg_pod, reterr);
}

static int prepare(int root, const GlobalOptions *global, Pod **ret, Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    int r = store_open(global->dir, STORE_OPEN_CREATE, &store, reterr);

    return r < 0 ? r : pod_prepare(store, root, global, &arg_pod, PREPARE_DETACHED, ret, reterr);
}

int main(int argc, char **argv)
{
    const RunVerb verb = { "run",
                           "IMAGE [APP FLAGS] [-- ARGUMENTS ---] …",
                           "Prepares a pod and runs it.",
                           setting_options(SETTING_PREPARE),
                           take,
                           check,
                           prepare };
    int status = run_verb(&verb, argc, argv);

    pod_options_done(&arg_pod);
    return status;
}
