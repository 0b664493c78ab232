/* SPDX-License-Identifier: Apache-2.0 */
/* rkt-unpack [--dir=DIR] IMAGE-ID: renders an image into the store's trees. Not a verb: rkt-prepare and
 * rkt-fetch run it for an image that has no tree yet. It is the only program that reads archives while it
 * is root, and only in cages (lib/sandbox/cage.h). */

#include <locale.h>
#include <sys/stat.h>

#include "base/log.h"
#include "cli/global-options.h"
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

static int run(int argc, char **argv, Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    char key[IMAGE_KEY_LENGTH + 1];
    int r;

    r = command_line_parse(argc, argv, options, &arg_global, take_option, reterr);
    if (r >= 0 && !arg_image && !arg_global.help)
        r = error_set(reterr, -EINVAL, "needs an image ID");
    if (r < 0)
        return r;
    log_setup("rkt-unpack", arg_global.debug);
    if (arg_global.help) {
        (void) puts("Usage: rkt-unpack [OPTIONS] IMAGE-ID\n");
        option_print_help(global_option_table());
        return 0;
    }
    if (geteuid() != 0)
        return error_set(reterr, -EPERM, "cannot run as unprivileged user");
    r = store_open(arg_global.dir, 0, &store, reterr);
    if (r >= 0)
        r = store_find_image(store, arg_image, key, reterr);
    return r < 0 ? r : store_render_tree(store, key, reterr);
}

int main(int argc, char **argv)
{
    static const CageWork works[] = { { "unpack", unpack_caged }, {} };
    _cleanup_error_ Error error = ERROR_INIT;
    int r;

    /* Names in archives are UTF-8, and libarchive asks the locale. */
    (void) setlocale(LC_CTYPE, "C.UTF-8");
    cage_main(argc, argv, works);
    (void) umask(0022);
    r = run(argc, argv, &error);
    if (r < 0) {
        error_print(&error, r, "rkt-unpack", arg_global.debug);
        return 254;
    }
    return 0;
}
