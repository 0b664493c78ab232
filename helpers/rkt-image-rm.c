/* SPDX-License-Identifier: Apache-2.0 */
/* rkt image rm: a name that is not there is only told, as it is gone, which was wanted; what can't be removed
 * is an error, after all others were. */

#include <stdio.h>

#include "base/log.h"
#include "base/string-util.h"
#include "rkt-image.h"

enum { EXIT_GENERAL = 254 };

static const Option options[] = { {} };

static char **arg_images;

static int take_option(int id, const char *value, Error *reterr _unused_)
{
    return id == OPTION_POSITIONAL ? strv_extend(&arg_images, value) : 0;
}

/* 1: removed; 0: not there. */
static int remove_one(Store *store, const char *word, Error *reterr)
{
    char key[IMAGE_KEY_LENGTH + 1];
    int r = image_find(store, word, key, reterr);

    if (r == -ENOENT) {
        log_warning("%s", error_cause(reterr));
        return 0;
    }
    if (r >= 0)
        r = store_remove_image(store, key, reterr);
    if (r < 0)
        return r;
    image_say_removed(key);
    return 1;
}

int image_rm(int argc, char **argv, Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    unsigned removed = 0;
    bool failed = false;
    int r = command_line_parse(argc, argv, options, &image_global, take_option, reterr);

    if (r >= 0 && image_global.help) {
        verb_print_help("image rm", "IMAGE…", "Removes images from the store.", options);
        return 0;
    }
    if (r >= 0 && !arg_images)
        r = error_set(reterr, -EINVAL, "must provide at least one image ID or name");
    if (r >= 0)
        r = store_open(image_global.dir, 0, &store, reterr);
    if (r < 0)
        return r;
    STRV_FOREACH (word, arg_images) {
        _cleanup_error_ Error error = ERROR_INIT;

        r = remove_one(store, *word, &error);
        if (r < 0) {
            error_print(&error, r, "rm", image_global.debug);
            failed = true;
        } else
            removed += (unsigned) r;
    }
    image_say_removed_count(removed);
    strv_free(TAKE_PTR(arg_images));
    return failed ? EXIT_GENERAL : 0;
}
