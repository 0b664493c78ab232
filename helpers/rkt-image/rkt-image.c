/* SPDX-License-Identifier: Apache-2.0 */
/* rkt image VERB: shows and removes images of the store. */

#include "rkt-image.h"

#include <stdio.h>

#include "appc/image-reference.h"
#include "base/log.h"
#include "base/string-util.h"

GlobalOptions image_global = GLOBAL_OPTIONS_INIT;

int image_find(Store *store, const char *word, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r = image_reference_parse(word, NULL, NULL, &reference, reterr);

    if (r < 0)
        return r;
    switch (reference->kind) {
    case IMAGE_REFERENCE_HASH: return store_find_image(store, word, ret_key, reterr);
    case IMAGE_REFERENCE_NAME:
        return store_find_image_by_name(store, reference->name, &reference->labels, ret_key, reterr);
    default: return error_set(reterr, -EINVAL, "\"%s\" is neither an image ID nor an image's name", word);
    }
}

void image_say_removed(const char *key)
{
    printf("successfully removed aci for image: \"%s\"\n", key);
    (void) fflush(stdout); /* so that it is in order with standard error */
}

void image_say_removed_count(unsigned n)
{
    if (n > 0)
        log_info("%u image(s) successfully removed", n);
}

int main(int argc, char **argv)
{
    static const Command *const commands[] = { &image_gc, &image_list, &image_rm, NULL };

    return command_main(commands, &image_global, argc, argv);
}
