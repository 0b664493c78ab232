/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the store is found without another process, so that starting a pod from the store execs nothing
 * here. Only rkt-fetch opens files and URLs that hold images: it does so without privilege. */

#include "app-image.h"

#include <string.h>
#include <sys/stat.h>

#include "appc/image-reference.h"
#include "base/file-util.h"
#include "base/string-util.h"

void app_image_done(AppImage *image)
{
    free(image->tree_id);
    free(image->tree_path);
    free(image->manifest_text);
    image_manifest_free(image->manifest);
}

void app_images_free(AppImage *images, size_t n)
{
    for (size_t i = 0; images && i < n; i++)
        app_image_done(&images[i]);
    free(images);
}

static bool is_regular_file(const char *path, void *userdata _unused_)
{
    struct stat st;

    return stat(path, &st) >= 0 && S_ISREG(st.st_mode);
}

static int find_in_store(Store *store, const FetchOptions *options, const ImageReference *reference,
                         const char *text, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    int r = -ENOENT;

    if (reference->kind == IMAGE_REFERENCE_HASH) {
        r = store_find_image(store, reference->text, ret_key, reterr);
        if (r >= 0)
            image_say(options, "the store with hash", ret_key);
    } else if (reference->kind == IMAGE_REFERENCE_NAME) {
        r = store_find_image_by_name(store, reference->name, &reference->labels, ret_key, reterr);
        if (r >= 0)
            image_say(options, "local store for image name", text);
    }
    return r;
}

/* An image of the original's store; taking it in is rkt-fetch's. */
static bool can_be_taken_in(Store *store, const ImageReference *reference, PullPolicy policy)
{
    char key[IMAGE_KEY_LENGTH + 1];

    return policy != PULL_POLICY_NEVER && store_find_unrecorded(store, reference->text, key, NULL) >= 0;
}

int image_find_or_fetch(Store *store, const FetchOptions *options, const char *text, const char *signature,
                        PullPolicy policy, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r;

    r = image_reference_parse(text, is_regular_file, NULL, &reference, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "image \"%s\"", text);
    if (policy != PULL_POLICY_UPDATE || reference->kind == IMAGE_REFERENCE_HASH) {
        r = find_in_store(store, options, reference, text, ret_key, reterr);
        if (r != -ENOENT ||
            (reference->kind == IMAGE_REFERENCE_HASH && !can_be_taken_in(store, reference, policy)))
            return r < 0 ? error_prefix(reterr, r, "image \"%s\"", text) : 0;
        if (policy == PULL_POLICY_NEVER && reference->kind == IMAGE_REFERENCE_NAME)
            return error_set(reterr, -ENOENT, "image \"%s\" is not in the store, and --pull-policy=never",
                             text);
        if (reterr)
            error_done(reterr);
    }
    r = image_fetch(options, text, signature, policy, ret_key, reterr);
    return r < 0 ? error_prefix(reterr, r, "image \"%s\"", text) : 0;
}

int app_image_load(Store *store, AppImage *image, Error *reterr)
{
    int r;

    r = store_ensure_tree(store, image->key, &image->tree_id, &image->tree_path, reterr);
    if (r >= 0)
        r = store_read_tree_manifest(store, image->tree_id, &image->manifest_text, &image->manifest_size,
                                     reterr);
    if (r >= 0)
        r = image_manifest_parse(image->manifest_text, image->manifest_size, &image->manifest, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "image %s", image->key);
    (void) store_touch_image(store, image->key);
    return 0;
}
