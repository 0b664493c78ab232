/* SPDX-License-Identifier: Apache-2.0 */
/* What a cage has to know of an image to unpack it, beside the image's bytes: its manifest, and the path
 * whitelists of it and of the images that it is a dependency of. Written by the caller, read in the cage. */
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

/* Reads such bytes, which must stay. -EBADMSG: they are none. What was read until then is in *ret, too. */
int layer_description_read(const void *bytes, size_t size, LayerDescription *ret);
void layer_description_done(LayerDescription *description);

/* Whether every whitelist has room for the path (beneath rootfs). */
bool layer_description_admits(const LayerDescription *description, const char *path, bool is_directory);
