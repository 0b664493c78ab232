/* SPDX-License-Identifier: Apache-2.0 */
/* rkt prepare: makes a pod that can be run. */

#include <sys/stat.h>

#include "base/log.h"
#include "prepare/prepare.h"
#include "cli/command.h"
#include "cli/run-options.h"
#include "unit/kept-unit.h"

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static PodOptions arg_pod = { .warn = log_warning, .say = log_image };

static int parse_argv(int argc, char **argv, Error *reterr)
{
    OptionParser parser = { .argc = argc,
                            .argv = argv,
                            .index = 1,
                            .tables = { setting_options(SETTING_PREPARE), global_option_table(),
                                        setting_options(SETTING_RUN) } };
    const char *value;
    int id, r;

    do {
        r = option_next(&parser, &id, &value, reterr);
        if (r >= 0 && id == OPTION_END)
            return arg_global.help ? 0 : pod_options_check(&arg_pod, reterr);
        if (r >= 0 && run_options_has(id))
            return error_set(reterr, -EINVAL, "unknown flag: %s (it is a flag of run-prepared)",
                             argv[parser.index - 1]);
        if (r >= 0)
            r = global_options_has(id) ? global_options_take(&arg_global, id, value, reterr)
                                       : pod_options_take(&arg_pod, &parser, id, value, reterr);
    } while (r >= 0);
    return r;
}

/* Before an image is fetched, because the file is needed by then; and again later, in case a reload was in
 * progress. */
static int keep_unit(void)
{
    const char *unit = pod_said(&arg_pod, SETTING_POD_UNIT),
               *file = pod_said(&arg_pod, SETTING_POD_UUID_FILE_SAVE);

    return unit && file ? kept_unit_save(unit, file) : 0;
}

static int run(Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    _cleanup_(pod_freep) Pod *pod = NULL;
    _cleanup_close_ int root = -EBADF;
    int r, kept;

    if (arg_global.insecure & INSECURE_PATHS)
        log_warning("--insecure-options=paths takes effect when the pod is run: give it to run-prepared");
    r = store_open(arg_global.dir, STORE_OPEN_CREATE, &store, reterr);
    if (r >= 0)
        r = pod_root_open(arg_global.dir, true, &root, reterr);
    kept = r >= 0 ? keep_unit() : -EAGAIN;
    if (r >= 0)
        r = pod_prepare(store, root, &arg_global, &arg_pod, 0, &pod, reterr);
    if (r < 0)
        return r;
    if (kept < 0)
        kept = keep_unit();
    if (kept < 0 && kept != -ENOENT)
        log_warning("cannot keep the unit beside \"%s\": %s", pod_said(&arg_pod, SETTING_POD_UUID_FILE_SAVE),
                    strerror(-kept));
    printf("%s\n", pod->uuid);
    return 0;
}

int main(int argc, char **argv)
{
    const Command prepare = { .name = "prepare",
                              .arguments = "IMAGE [APP FLAGS] [-- ARGUMENTS ---] …",
                              .summary = "Prepares a pod without running it.",
                              .options = setting_options(SETTING_PREPARE),
                              .parse = parse_argv,
                              .run = run,
                              .for_root = true };

    (void) umask(0022);
    return command_main((const Command *const[]){ &prepare, NULL }, &arg_global, argc, argv);
}
