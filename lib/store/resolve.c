/* SPDX-License-Identifier: Apache-2.0 */
/* From an image to the images that its tree is made of. The specification puts a dependency's files down
 * before the image's own, the list in its order; so read from the top it is the image, then its last
 * dependency with all below that, up to the first. The list can't grow without end: it has a limit, and no
 * image may stand above itself. */

#include <stdio.h>

#include "base/string-util.h"
#include "digest.h"
#include "store-internal.h"

void store_layers_done(StoreLayers *layers)
{
    for (size_t i = 0; i < layers->n; i++) {
        free(layers->items[i].text);
        image_manifest_free(layers->items[i].manifest);
    }
    free(layers->items);
    *layers = (StoreLayers){};
}

static int load_layer(Store *store, StoreLayer *layer, Error *reterr)
{
    int r = store_read_image_manifest(store, layer->key, &layer->text, &layer->size, reterr);

    if (r >= 0)
        r = image_manifest_parse(layer->text, layer->size, &layer->manifest, reterr);
    return r < 0 ? error_prefix(reterr, r, "cannot use the manifest of image %s", layer->key) : 0;
}

static int find_dependency(Store *store, const Dependency *dependency, char *ret_key, Error *reterr)
{
    _cleanup_(store_image_freep) StoreImage *image = NULL;
    int r;

    if (!dependency->image_id)
        return store_find_image_by_name(store, dependency->image_name, &dependency->labels, ret_key, reterr);
    r = store_find_image(store, dependency->image_id, ret_key, reterr);
    if (r >= 0)
        r = store_read_image(store, ret_key, &image, reterr);
    if (r < 0)
        return r;
    if (!streq(image->name, dependency->image_name))
        return error_set(reterr, -EBADMSG, "image %s is called \"%s\"", ret_key, image->name);
    return 0;
}

static bool stands_above_itself(const StoreLayers *layers, const StoreLayer *layer)
{
    for (size_t i = layer->parent; i != SIZE_MAX; i = layers->items[i].parent)
        if (streq(layers->items[i].key, layer->key))
            return true;
    return false;
}

/* Puts the dependencies of the layer at index behind it, the last first. Parents stand before, so no index of
 * a parent is moved. */
static int insert_dependencies(Store *store, StoreLayers *layers, size_t index, Error *reterr)
{
    const ImageManifest *manifest = layers->items[index].manifest;
    size_t n = manifest->n_dependencies;

    if (n > STORE_DEPENDENCIES_MAX - layers->n)
        return error_set(reterr, -E2BIG, "more than %d images for one tree", STORE_DEPENDENCIES_MAX);
    memmove(&layers->items[index + 1 + n], &layers->items[index + 1],
            (layers->n - index - 1) * sizeof(StoreLayer));
    memset(&layers->items[index + 1], 0, n * sizeof(StoreLayer));
    layers->n += n;
    for (size_t i = 0; i < n; i++) {
        const Dependency *dependency = &manifest->dependencies[n - 1 - i];
        StoreLayer *layer = &layers->items[index + 1 + i];
        int r;

        layer->parent = index;
        r = find_dependency(store, dependency, layer->key, reterr);
        if (r >= 0 && stands_above_itself(layers, layer))
            r = error_set(reterr, -ELOOP, "image %s depends on itself", layer->key);
        if (r < 0)
            return error_prefix(reterr, r, "cannot find dependency \"%s\" of image %s",
                                dependency->image_name, layers->items[index].key);
    }
    return 0;
}

int store_resolve(Store *store, const char *key, StoreLayers *ret, Error *reterr)
{
    _cleanup_layers_ StoreLayers layers = {};
    int r;

    layers.items = calloc(STORE_DEPENDENCIES_MAX, sizeof(StoreLayer));
    if (!layers.items)
        return -ENOMEM;
    layers.n = 1;
    layers.items[0].parent = SIZE_MAX;
    (void) snprintf(layers.items[0].key, sizeof(layers.items[0].key), "%s", key);
    for (size_t i = 0; i < layers.n; i++) {
        r = load_layer(store, &layers.items[i], reterr);
        if (r >= 0)
            r = insert_dependencies(store, &layers, i, reterr);
        if (r < 0)
            return r;
    }
    *ret = layers;
    layers = (StoreLayers){};
    return 0;
}

void store_layers_tree_id(const StoreLayers *layers, char ret_id[static STORE_TREE_ID_LENGTH + 1])
{
    KeyDigest digest;

    key_digest_init(&digest);
    for (size_t i = 0; i < layers->n; i++) {
        if (i > 0)
            key_digest_add(&digest, ",", 1);
        key_digest_add(&digest, layers->items[i].key, IMAGE_KEY_LENGTH);
    }
    memcpy(ret_id, STORE_TREE_ID_PREFIX, strlen(STORE_TREE_ID_PREFIX));
    key_digest_finish(&digest, ret_id + strlen(STORE_TREE_ID_PREFIX));
}

int store_resolve_tree(Store *store, const char *key, char **ret_id, char ***ret_keys, Error *reterr)
{
    _cleanup_layers_ StoreLayers layers = {};
    _cleanup_strv_ char **keys = NULL;
    char id[STORE_TREE_ID_LENGTH + 1];
    int r;

    r = store_resolve(store, key, &layers, reterr);
    if (r < 0)
        return r;
    for (size_t i = 0; ret_keys && i < layers.n; i++) {
        r = strv_extend(&keys, layers.items[i].key);
        if (r < 0)
            return r;
    }
    if (ret_id) {
        store_layers_tree_id(&layers, id);
        *ret_id = strdup(id);
        if (!*ret_id)
            return -ENOMEM;
    }
    if (ret_keys)
        *ret_keys = TAKE_PTR(keys);
    return 0;
}
