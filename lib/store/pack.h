/* SPDX-License-Identifier: Apache-2.0 */
/* From a tree to an image: a gzipped tar with the manifest and all that is beneath a directory. Works in a
 * cage (sandbox/cage.h): the tree is a stranger's. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Writes the image to a descriptor. Kept is what unpacking keeps; sockets and overlay's whiteouts are left
 * out. The limits are those of reading: -E2BIG, -ENAMETOOLONG or -EFBIG for a tree that could not be fetched
 * again. */
int aci_pack(int rootfs, const char *manifest, size_t manifest_size, int to, Error *reterr);

/* The same as a work of a cage: the manifest is its argument, the image goes to standard output. */
int pack_caged(int root, const void *argument, size_t size, Error *reterr);
