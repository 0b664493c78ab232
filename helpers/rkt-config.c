/* SPDX-License-Identifier: Apache-2.0 */
/* rkt config: prints the combined configuration of all layers. It also reads the files for programs without
 * a JSON parser: a program that calls it gets the directories. */

#include <stdio.h>

#include "appc/json.h"
#include "base/answer.h"
#include "base/string-util.h"
#include "cli/command.h"
#include "config/config.h"
#include "rkt-config.h"

enum { OPT_PRETTY_PRINT = 1 };

static const Option options[] = {
    { "pretty-print", OPTION_OPTIONAL, OPT_PRETTY_PRINT, "BOOL", "indent the output", "true" },
    {},
};

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static bool arg_pretty = true;

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_PRETTY_PRINT:
        arg_pretty = parse_bool(value) > 0;
        return parse_bool(value) >= 0
                       ? 0
                       : error_set(reterr, -EINVAL, "invalid --pretty-print value \"%s\"", value);
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

static int print(const Config *config)
{
    _cleanup_json_ json_t *root = json_object(), *entries = NULL;
    _cleanup_free_ char *text = NULL;
    int r = root ? config_to_json(config, &entries) : -ENOMEM;

    if (r >= 0)
        r = json_set(root, "stage0", TAKE_PTR(entries));
    if (r >= 0)
        r = json_format(root, arg_pretty, &text);
    if (r >= 0)
        (void) puts(text);
    return r;
}

static int run(Error *reterr)
{
    const char *const layers[CONFIG_LAYERS] = { arg_global.system_config, arg_global.local_config,
                                                arg_global.user_config };
    _cleanup_(config_freep) Config *config = NULL;
    bool paths_only = answer_is_asked();
    int r = config_read(layers, paths_only ? CONFIG_TOPIC_MASK(CONFIG_TOPIC_PATHS) : CONFIG_TOPIC_MASK_ALL,
                        &config, reterr);

    if (r < 0 || !paths_only)
        return r < 0 ? r : print(config);
    answer("data", "%s", config->data ? config->data : GLOBAL_OPTIONS_DEFAULT_DIR);
    answer("stage1-images", "%s", config->stage1_images ? config->stage1_images : RKT_STAGE1_IMAGES_DIR);
    return 0;
}

int main(int argc, char **argv)
{
    static const Command config = { .name = "config",
                                    .arguments = "",
                                    .summary = "Prints the configuration.",
                                    .options = options,
                                    .take = take_option,
                                    .run = run,
                                    .no_directory = true };

    return command_main((const Command *const[]){ &config, NULL }, &arg_global, argc, argv);
}
