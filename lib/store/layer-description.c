/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and bytes, one after the other, as they stand in memory: both sides are the same program. */

#include "layer-description.h"

#include "base/array.h"
#include "base/string-util.h"

/* ----- Written ----- */

static void add_size(Buffer *b, size_t size)
{
    buffer_add(b, &size, sizeof(size));
}

int layer_describe(const StoreLayers *layers, size_t layer, char **ret, size_t *ret_size)
{
    const StoreLayer *item = &layers->items[layer];
    _cleanup_buffer_ Buffer b = {};

    add_size(&b, item->size);
    buffer_add(&b, item->text, item->size);
    for (; layer != SIZE_MAX; layer = layers->items[layer].parent) {
        char *const *whitelist = layers->items[layer].manifest->path_whitelist;

        add_size(&b, strv_length(whitelist));
        STRV_FOREACH (path, whitelist)
            buffer_add(&b, *path, strlen(*path) + 1);
    }
    *ret_size = b.size;
    return buffer_steal(&b, ret);
}

/* ----- Read ----- */

typedef struct Bytes {
    const char *at;
    size_t left;
} Bytes;

static int take_bytes(Bytes *bytes, size_t size, const char **ret)
{
    if (size > bytes->left)
        return -EBADMSG;
    *ret = bytes->at;
    bytes->at += size;
    bytes->left -= size;
    return 0;
}

static int take_size(Bytes *bytes, size_t *ret)
{
    const char *from;
    int r = take_bytes(bytes, sizeof(*ret), &from);

    if (r >= 0)
        memcpy(ret, from, sizeof(*ret));
    return r;
}

static int take_whitelist(Bytes *bytes, PathSet *set)
{
    _cleanup_strv_ char **paths = NULL;
    const char *path;
    size_t n;
    int r = take_size(bytes, &n);

    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = take_bytes(bytes, strnlen(bytes->at, bytes->left) + 1, &path);
        if (r >= 0)
            r = strv_extend(&paths, path);
    }
    return r < 0 ? r : path_set_init(set, paths);
}

int layer_description_read(const void *data, size_t size, LayerDescription *ret)
{
    Bytes bytes = { data, size };
    int r = take_size(&bytes, &ret->manifest_size);

    if (r >= 0)
        r = take_bytes(&bytes, ret->manifest_size, &ret->manifest);
    while (r >= 0 && bytes.left > 0) {
        PathSet *set = ARRAY_APPEND(ret->whitelists, ret->n_whitelists);

        r = set ? take_whitelist(&bytes, set) : -ENOMEM;
    }
    return r;
}

void layer_description_done(LayerDescription *description)
{
    for (size_t i = 0; i < description->n_whitelists; i++)
        path_set_done(&description->whitelists[i]);
    free(description->whitelists);
}

bool layer_description_admits(const LayerDescription *description, const char *path, bool is_directory)
{
    for (size_t i = 0; i < description->n_whitelists; i++) {
        const PathSet *whitelist = &description->whitelists[i];

        if (whitelist->n > 0 && !path_set_admits(whitelist, path, is_directory))
            return false;
    }
    return true;
}
