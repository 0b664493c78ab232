/* SPDX-License-Identifier: Apache-2.0 */
/* From a tree to an image: a gzipped tar with the manifest and all that is beneath a directory. Works in the
 * cage (store/cage.h): the tree is a stranger's. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Writes the image to a descriptor. Kept is what unpacking keeps; sockets and overlay's whiteouts are left
 * out. The limits are those of reading: -E2BIG, -ENAMETOOLONG or -EFBIG for a tree that could not be fetched
 * again. */
int aci_pack(int rootfs, const char *manifest, size_t manifest_size, int to, Error *reterr);
