/* SPDX-License-Identifier: Apache-2.0 */
/* What a cage needs to unpack an image, besides the image's bytes: the manifest, and the path whitelists of
 * the image and of those that depend on it. The caller writes it, the cage reads it. */
#pragma once

#include "store/path-set.h"
#include "store/store-internal.h"

/* The description of layers->items[layer] as bytes. The caller frees *ret. */
int layer_describe(const StoreLayers *layers, size_t layer, char **ret, size_t *ret_size);

typedef struct LayerDescription {
    const char *manifest; /* not owned: in the bytes */
    size_t manifest_size;
    PathSet *whitelists; /* the image's, and those of the images that it is a dependency of */
    size_t n_whitelists;
} LayerDescription;

/* Reads the bytes that layer_describe() made, which must stay. -EBADMSG: they are not a description. *ret
 * must be zeroed, and needs layer_description_done() after a failure, too. */
int layer_description_read(const void *bytes, size_t size, LayerDescription *ret);
void layer_description_done(LayerDescription *description);

/* Whether all whitelists that are not empty admit the path (beneath rootfs). */
bool layer_description_admits(const LayerDescription *description, const char *path, bool is_directory);
