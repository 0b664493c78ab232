/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the store is found without another process, so that starting a pod from the store execs nothing
 * here. Only rkt-fetch opens files and URLs that hold images: it does so without privilege. */

#include "app-image.h"

#include <string.h>
#include <sys/stat.h>

#include "appc/image-reference.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "rkt-config.h"

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

/* ----- Images of apps ----- */

static bool is_regular_file(const char *path, void *userdata _unused_)
{
    struct stat st;

    return stat(path, &st) >= 0 && S_ISREG(st.st_mode);
}

static int find_in_store(Store *store, const ImageReference *reference,
                         char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    if (reference->kind == IMAGE_REFERENCE_HASH)
        return store_find_image(store, reference->text, ret_key, reterr);
    if (reference->kind == IMAGE_REFERENCE_NAME)
        return store_find_image_by_name(store, reference->name, &reference->labels, ret_key, reterr);
    return -ENOENT;
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
        r = find_in_store(store, reference, ret_key, reterr);
        if (r >= 0 || r != -ENOENT || reference->kind == IMAGE_REFERENCE_HASH)
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

/* ----- The stage1 ----- */

/* Whether the file came after the image that was imported from it: another build of the same version. */
static bool is_newer_than_image(Store *store, const char *path, const char *key)
{
    _cleanup_(store_image_freep) StoreImage *image = NULL;
    struct stat st;

    if (stat(path, &st) < 0 || store_read_image(store, key, &image, NULL) < 0)
        return false;
    return (int64_t) st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec > image->import_time_ns;
}

/* Images that were installed with rkt are as trusted as rkt. */
static int import_installed(const FetchOptions *options, const char *path,
                            char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    GlobalOptions global = *options->global;
    FetchOptions trusted = *options;

    global.insecure |= INSECURE_IMAGE;
    trusted.global = &global;
    return image_fetch(&trusted, path, NULL, PULL_POLICY_UPDATE, ret_key, reterr);
}

static int find_default(Store *store, const FetchOptions *options, char ret_key[static IMAGE_KEY_LENGTH + 1],
                        Error *reterr)
{
    static const char *const paths[] = {
        RKT_STAGE1_IMAGES_DIR "/" RKT_STAGE1_DEFAULT_IMAGE,
        RKT_BINDIR "/" RKT_STAGE1_DEFAULT_IMAGE,
    };
    char version_name[] = "version", version_value[] = RKT_VERSION;
    NameValue version = { .name = version_name, .value = version_value };
    NameValueList labels = { .items = &version, .n = 1 };
    int found = store_find_image_by_name(store, RKT_STAGE1_DEFAULT_NAME, &labels, ret_key, NULL);

    for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
        if (access(paths[i], F_OK) < 0)
            continue;
        if (found >= 0 && !is_newer_than_image(store, paths[i], ret_key))
            return 0;
        return import_installed(options, paths[i], ret_key, reterr);
    }
    if (found >= 0)
        return 0;
    return error_set(reterr, -ENOENT, "neither the store has %s:%s nor is there %s", RKT_STAGE1_DEFAULT_NAME,
                     RKT_VERSION, paths[0]);
}

static int find_from_dir(const FetchOptions *options, const char *name,
                         char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_free_ char *path = NULL;

    if (strchr(name, '/'))
        return error_set(reterr, -EINVAL, "--stage1-from-dir=%s: must be a file name without directory",
                         name);
    if (asprintf(&path, "%s/%s", RKT_STAGE1_IMAGES_DIR, name) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    return import_installed(options, path, ret_key, reterr);
}

static int find_by_path(const FetchOptions *options, const char *path,
                        char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_free_ char *real = realpath(path, NULL);

    if (!real)
        return error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    if (startswith(real, RKT_STAGE1_IMAGES_DIR "/"))
        return import_installed(options, real, ret_key, reterr);
    return image_fetch(options, real, NULL, PULL_POLICY_UPDATE, ret_key, reterr);
}

int stage1_image_find(Store *store, const FetchOptions *options, Stage1Source source, const char *text,
                      char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    int r = -EINVAL;

    switch (source) {
    case STAGE1_DEFAULT: r = find_default(store, options, ret_key, reterr); break;
    case STAGE1_FROM_DIR: r = find_from_dir(options, text, ret_key, reterr); break;
    case STAGE1_HASH: r = store_find_image(store, text, ret_key, reterr); break;
    case STAGE1_PATH: r = find_by_path(options, text, ret_key, reterr); break;
    case STAGE1_NAME:
    case STAGE1_URL:
        r = image_find_or_fetch(store, options, text, NULL, PULL_POLICY_NEW, ret_key, reterr);
        break;
    }
    return r < 0 ? error_prefix(reterr, r, "cannot find the stage1 image") : 0;
}
