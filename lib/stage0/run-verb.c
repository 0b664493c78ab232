/* SPDX-License-Identifier: Apache-2.0 */

#include "run-verb.h"

#include <sys/stat.h>

#include "base/log.h"
#include "cli/run-options.h"
#include "stage0/run-stage1.h"

enum { EXIT_GENERAL = 254 };

static int parse_argv(const RunVerb *verb, int argc, char **argv, GlobalOptions *global, RunOptions *options,
                      Error *reterr)
{
    OptionParser parser = { .argc = argc,
                            .argv = argv,
                            .index = 1,
                            .tables = { verb->options, setting_options(SETTING_RUN),
                                        global_option_table() } };
    const char *value;
    int id, r;

    for (;;) {
        r = option_next(&parser, &id, &value, reterr);
        if (r >= 0 && id == OPTION_END)
            break;
        if (r >= 0 && global_options_has(id))
            r = global_options_take(global, id, value, reterr);
        else if (r >= 0 && run_options_has(id))
            r = run_options_take(options, id, value, reterr);
        else if (r >= 0)
            r = verb->take(&parser, id, value, reterr);
        if (r < 0)
            return r;
    }
    if (global->help || geteuid() != 0)
        return 0;
    r = verb->check(options, reterr);
    return r < 0 ? r : run_options_check(options, reterr);
}

static int run(const RunVerb *verb, GlobalOptions *global, const RunOptions *options, Error *reterr)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    _cleanup_close_ int root = -EBADF;
    int r;

    r = global_options_find_dir(global, reterr);
    if (r >= 0)
        r = pod_root_open(global->dir, true, &root, reterr);
    if (r >= 0)
        r = verb->open(root, global, &pod, reterr);
    return r < 0 ? r : stage1_exec(pod, global, options, reterr);
}

int run_verb(const RunVerb *verb, int argc, char **argv)
{
    _cleanup_error_ Error error = ERROR_INIT;
    GlobalOptions global = GLOBAL_OPTIONS_INIT;
    RunOptions options = {};
    int r = global_options_check_root(&global, parse_argv(verb, argc, argv, &global, &options, &error),
                                      &error);

    (void) umask(0022);
    log_setup(verb->name, global.debug);
    if (r >= 0 && global.help)
        verb_print_help_more(verb->name, verb->arguments, verb->summary, verb->options, "Flags of the run",
                             setting_options(SETTING_RUN));
    else if (r >= 0)
        r = run(verb, &global, &options, &error);
    run_options_done(&options);
    if (r < 0) {
        error_print(&error, r, verb->name, global.debug);
        return EXIT_GENERAL;
    }
    return 0;
}
