/* SPDX-License-Identifier: Apache-2.0 */
/* rkt image VERB: looks at what is in the store and takes things out of it. */

#include "rkt-image.h"

#include <stdio.h>

#include "appc/image-reference.h"
#include "base/log.h"
#include "base/string-util.h"

enum { EXIT_GENERAL = 254 };

GlobalOptions image_global = GLOBAL_OPTIONS_INIT;

static int not_built(int argc _unused_, char **argv, Error *reterr)
{
    return error_set(reterr, -EOPNOTSUPP, "\"%s\" is not built yet", argv[0]);
}

static const struct {
    const char *verb; /* argv[0], as rkt says it */
    int (*run)(int argc, char **argv, Error *reterr);
} verbs[] = {
    { "image list", image_list },  { "image rm", image_rm },       { "image cat-manifest", not_built },
    { "image export", not_built }, { "image extract", not_built }, { "image gc", image_gc },
    { "image render", not_built }, { "image verify", not_built },
};

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
    (void) fflush(stdout); /* in its order with what goes to standard error */
}

void image_say_removed_count(unsigned n)
{
    if (n > 0)
        log_info("%u image(s) successfully removed", n);
}

static const char *last_word(const char *verb)
{
    const char *space = strrchr(verb, ' ');

    return space ? space + 1 : verb;
}

int main(int argc, char **argv)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = error_set(&error, -EINVAL, "no such command: \"%s\"", argc > 0 ? argv[0] : "");

    log_setup(argc > 0 ? last_word(argv[0]) : "image", false);
    for (size_t i = 0; argc > 0 && i < ELEMENTSOF(verbs); i++)
        if (streq(verbs[i].verb, argv[0])) {
            error_done(&error);
            r = verbs[i].run(argc, argv, &error);
        }
    if (r >= 0 && (fflush(stdout) == EOF || ferror(stdout)))
        r = error_set_errno(&error, -EIO, "cannot write the output");
    if (r >= 0)
        return r;
    error_print(&error, r, argc > 0 ? last_word(argv[0]) : "image", image_global.debug);
    return EXIT_GENERAL;
}
