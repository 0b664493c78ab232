/* SPDX-License-Identifier: Apache-2.0 */
/* rkt image rm: a missing image is only reported, because the result is the wanted one. An image that
 * cannot be removed is an error, after all others were removed. */

#include <stdio.h>

#include "base/log.h"
#include "base/string-util.h"
#include "rkt-image.h"

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

static int run(Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    unsigned removed = 0;
    int status = 0, r;

    if (!arg_images)
        return error_set(reterr, -EINVAL, "must provide at least one image ID or name");
    r = store_open(image_global.dir, 0, &store, reterr);
    if (r < 0)
        return r;
    STRV_FOREACH (word, arg_images) {
        _cleanup_error_ Error error = ERROR_INIT;

        r = remove_one(store, *word, &error);
        if (r < 0) {
            error_print(&error, r, "rm", image_global.debug);
            status = EXIT_GENERAL;
        } else
            removed += (unsigned) r;
    }
    image_say_removed_count(removed);
    strv_free(TAKE_PTR(arg_images));
    return status;
}

const Command image_rm = { .name = "image rm",
                           .label = "rm",
                           .arguments = "IMAGE…",
                           .summary = "Removes images from the store.",
                           .options = options,
                           .take = take_option,
                           .run = run };
