/* SPDX-License-Identifier: Apache-2.0 */
/* From a blob to files. Runs in a cage (sandbox/cage.h), one for each image of a tree: what it reads is a
 * stranger's, though it works beneath the root's descriptor only and would not leave it elsewhere either. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Lays one image over what is beneath root (not owned); the lowest comes first. Reads it from a descriptor,
 * not always to the end: its hash is the caller's business. Its manifest must be the one of
 * the description (layer-description.h). */
int unpack_layer(int root, const void *description, size_t size, int from, Error *reterr);

/* The same as a work of a cage, with the description as its argument. */
int unpack_caged(int root, const void *argument, size_t size, Error *reterr);
