/* SPDX-License-Identifier: Apache-2.0 */
/* From blobs to a tree. Runs in the cage (store/cage.h): what it reads is a stranger's, though it works
 * beneath the root's descriptor only and would not leave it elsewhere either. */
#pragma once

#include "store/store-internal.h"

typedef struct Unpacker Unpacker;

/* root is the empty directory that becomes the tree's rootfs (not owned). */
int unpacker_new(int root, const StoreLayers *layers, Unpacker **ret, Error *reterr);
void unpacker_free(Unpacker *unpacker);
DEFINE_CLEANUP_FUNC(Unpacker *, unpacker_free)

/* Lays one image over what is there; the lowest comes first. The blob's hash must be the layer's key, and its
 * manifest the one that the layers were worked out from. */
int unpacker_add_layer(Unpacker *unpacker, size_t layer, int blob, Error *reterr);

/* Sets what later entries would have changed: the times of the directories. */
int unpacker_finish(Unpacker *unpacker, Error *reterr);
