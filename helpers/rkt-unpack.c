/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-unpack [--dir=DIR] IMAGE-ID: renders an image into the store's trees. Not a verb: rkt-prepare and
 * rkt-fetch run it for an image that has no tree yet. It is the only program that reads archives while it
 * is root, and only in cages (lib/sandbox/cage.h). */

#include <locale.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "sandbox/cage.h"
#include "store/render.h"
#include "store/unpack.h"

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static const char *arg_image;

static const Option options[] = { {} };

static int take_option(int id, const char *value, Error *reterr)
{
    if (id != OPTION_POSITIONAL || arg_image)
        return error_set(reterr, -EINVAL, "needs one image ID");
    arg_image = value;
    return 0;
}

static int run(Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    char key[IMAGE_KEY_LENGTH + 1];
    int r = arg_image ? store_open(arg_global.dir, 0, &store, reterr)
                      : error_set(reterr, -EINVAL, "needs an image ID");

    if (r >= 0)
        r = store_find_image(store, arg_image, key, reterr);
    return r < 0 ? r : store_render_tree(store, key, reterr);
}

int main(int argc, char **argv)
{
    static const CageWork works[] = { { "unpack", unpack_caged }, {} };
    static const Command unpack = { .name = "unpack",
                                    .label = "rkt-unpack",
                                    .arguments = "IMAGE-ID",
                                    .summary = "Renders an image into the store's trees.",
                                    .options = options,
                                    .take = take_option,
                                    .run = run,
                                    .for_root = true,
                                    .is_program = true };

    /* Names in archives are UTF-8, and libarchive asks the locale. */
    (void) setlocale(LC_CTYPE, "C.UTF-8");
    cage_main(argc, argv, works);
    (void) umask(0022);
    return command_main((const Command *const[]){ &unpack, NULL }, &arg_global, argc, argv);
}
