/* SPDX-License-Identifier: Apache-2.0 */
/* rkt run and rkt run-prepared: the first is rkt prepare and the second in one process. It becomes the
 * stage1. */

#include <sys/stat.h>

#include "base/log.h"
#include "base/string-util.h"
#include "pod/global-options.h"
#include "prepare/prepare.h"
#include "run-options.h"
#include "run-stage1.h"

enum { EXIT_GENERAL = 254 };

enum { OPT_UUID_FILE = 4000 };

static const Option prepared_options[] = {
    { "uuid-file", OPTION_VALUE, OPT_UUID_FILE, "FILE", "take the pod's UUID from a file", NULL },
    {},
};

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static PodOptions arg_pod = POD_OPTIONS_INIT;
static RunOptions arg_run;
static const char *arg_uuid, *arg_uuid_file;

/* ----- rkt run ----- */

static int take_run(OptionParser *parser, int id, const char *value, Error *reterr)
{
    return pod_options_take(&arg_pod, parser, id, value, reterr);
}

static int check_run(Error *reterr)
{
    return pod_options_check(&arg_pod, reterr);
}

static int prepare(int root, Pod **ret, Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    int r = store_open(arg_global.dir, STORE_OPEN_CREATE, &store, reterr);

    return r < 0 ? r : pod_prepare(store, root, &arg_global, &arg_pod, PREPARE_DETACHED, ret, reterr);
}

/* ----- rkt run-prepared ----- */

static int take_prepared(OptionParser *parser _unused_, int id, const char *value, Error *reterr)
{
    if (id == OPT_UUID_FILE)
        arg_uuid_file = value;
    else if (id != OPTION_POSITIONAL || arg_uuid)
        return error_set(reterr, -EINVAL, "unexpected argument \"%s\": must provide one pod", value);
    else
        arg_uuid = value;
    return 0;
}

static int check_prepared(Error *reterr _unused_)
{
    return 0;
}

static int open_prepared(int root, Pod **ret, Error *reterr)
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
    if (r < 0)
        return error_set_errno(reterr, r, "cannot lock pod \"%s\"", pod->uuid);
    if (pod->directory != POD_DIRECTORY_PREPARED)
        return error_set(reterr, -EBUSY, "pod \"%s\" has just been run by somebody else", pod->uuid);
    *ret = TAKE_PTR(pod);
    return 0;
}

/* ----- Both ----- */

typedef struct Verb {
    const char *name, *arguments, *summary;
    const Option *options;
    int (*take)(OptionParser *parser, int id, const char *value, Error *reterr);
    int (*check)(Error *reterr);
    int (*open)(int root, Pod **ret, Error *reterr); /* gives the pod in prepared/, locked */
} Verb;

static const Verb verbs[] = {
    { "run", "IMAGE [APP FLAGS] [-- ARGUMENTS ---] …", "Prepares a pod and runs it.", pod_option_table,
      take_run, check_run, prepare },
    { "run-prepared", "UUID | --uuid-file=FILE", "Runs a prepared pod.", prepared_options, take_prepared,
      check_prepared, open_prepared },
};

static int parse_argv(const Verb *verb, int argc, char **argv, Error *reterr)
{
    OptionParser parser = { .argc = argc,
                            .argv = argv,
                            .index = 1,
                            .tables = { verb->options, run_option_table, global_option_table } };
    const char *value;
    int id, r;

    for (;;) {
        r = option_next(&parser, &id, &value, reterr);
        if (r >= 0 && id == OPTION_END)
            break;
        if (r >= 0 && global_options_has(id))
            r = global_options_take(&arg_global, id, value, reterr);
        else if (r >= 0 && run_options_has(id))
            r = run_options_take(&arg_run, id, value, reterr);
        else if (r >= 0)
            r = verb->take(&parser, id, value, reterr);
        if (r < 0)
            return r;
    }
    if (arg_global.help)
        return 0;
    r = verb->check(reterr);
    return r < 0 ? r : run_options_check(&arg_run, reterr);
}

static int run(const Verb *verb, Error *reterr)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    _cleanup_close_ int root = -EBADF;
    int r;

    if (geteuid() != 0)
        return error_set(reterr, -EPERM, "cannot run as unprivileged user");
    r = pod_root_open(arg_global.dir, true, &root, reterr);
    if (r >= 0)
        r = verb->open(root, &pod, reterr);
    return r < 0 ? r : stage1_exec(pod, &arg_global, &arg_run, reterr);
}

int main(int argc, char **argv)
{
    _cleanup_error_ Error error = ERROR_INIT;
    const Verb *verb = &verbs[streq(verb_from_argv0(argv[0]), "run-prepared") ? 1 : 0];
    int r = parse_argv(verb, argc, argv, &error);

    (void) umask(0022);
    log_setup(verb->name, arg_global.debug);
    if (r >= 0 && arg_global.help) {
        verb_print_help(verb->name, verb->arguments, verb->summary, verb->options);
        printf("\nFlags of the run:\n");
        option_print_help(run_option_table);
    } else if (r >= 0)
        r = run(verb, &error);
    pod_options_done(&arg_pod);
    run_options_done(&arg_run);
    if (r < 0) {
        if (error.n == 0)
            (void) error_set_errno(&error, r, "cannot run the pod");
        error_print(&error, verb->name, arg_global.debug);
        return EXIT_GENERAL;
    }
    return 0;
}
