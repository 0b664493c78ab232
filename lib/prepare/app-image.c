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
                         WantedImage *image, Error *reterr)
{
    int r = -ENOENT;

    if (reference->kind == IMAGE_REFERENCE_HASH) {
        r = store_find_image(store, reference->text, image->key, reterr);
        if (r >= 0)
            image_say(options, "the store with hash", image->key);
    } else if (reference->kind == IMAGE_REFERENCE_NAME) {
        r = store_find_image_by_name(store, reference->name, &reference->labels, image->key, reterr);
        if (r >= 0)
            image_say(options, "local store for image name", image->text);
    }
    return r;
}

/* An image of the original's store; taking it in is rkt-fetch's. */
static bool can_be_taken_in(Store *store, const ImageReference *reference, PullPolicy policy)
{
    char key[IMAGE_KEY_LENGTH + 1];

    return policy != PULL_POLICY_NEVER && store_find_unrecorded(store, reference->text, key, NULL) >= 0;
}

/* Leaves the key of an image empty that has to be fetched. */
static int find_image(Store *store, const FetchOptions *options, WantedImage *image, PullPolicy policy,
                      Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r = image_reference_parse(image->text, is_regular_file, NULL, &reference, reterr);

    if (r < 0)
        return error_prefix(reterr, r, "image \"%s\"", image->text);
    if (policy == PULL_POLICY_UPDATE && reference->kind != IMAGE_REFERENCE_HASH)
        return 0;
    r = find_in_store(store, options, reference, image, reterr);
    if (r != -ENOENT ||
        (reference->kind == IMAGE_REFERENCE_HASH && !can_be_taken_in(store, reference, policy)))
        return r < 0 ? error_prefix(reterr, r, "image \"%s\"", image->text) : 0;
    if (policy == PULL_POLICY_NEVER && reference->kind == IMAGE_REFERENCE_NAME)
        return error_set(reterr, -ENOENT, "image \"%s\" is not in the store, and --pull-policy=never",
                         image->text);
    if (reterr)
        error_done(reterr);
    return 0;
}

/* Several apps may be of one image. */
static WantedImage *find_same(WantedImage *images, size_t n, const WantedImage *image)
{
    for (size_t i = 0; i < n; i++)
        if (streq(images[i].text, image->text) && streq_ptr(images[i].signature, image->signature))
            return &images[i];
    return NULL;
}

static int fetch_missing(const FetchOptions *options, WantedImage *images, size_t n, PullPolicy policy,
                         Error *reterr)
{
    _cleanup_free_ WantedImage *missing = calloc(n + 1, sizeof(*missing));
    size_t n_missing = 0;
    int r;

    if (!missing)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        if (!*images[i].key && !find_same(missing, n_missing, &images[i]))
            missing[n_missing++] = images[i];
    r = n_missing > 0 ? images_fetch(options, missing, n_missing, policy, reterr) : 0;
    for (size_t i = 0; r >= 0 && i < n; i++)
        if (!*images[i].key)
            memcpy(images[i].key, find_same(missing, n_missing, &images[i])->key, sizeof(images[i].key));
    return r;
}

int images_find_or_fetch(Store *store, const FetchOptions *options, WantedImage *images, size_t n,
                         PullPolicy policy, Error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        int r = find_image(store, options, &images[i], policy, reterr);

        if (r < 0)
            return r;
    }
    return fetch_missing(options, images, n, policy, reterr);
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
