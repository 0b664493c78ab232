/* SPDX-License-Identifier: Apache-2.0 */
/* The two works of an import that read a stranger's bytes. They run in cages (sandbox/cage.h). */
#pragma once

#include "sandbox/cage.h"

/* From an image as it comes, plain or compressed (gzip, bzip2, xz, zstd), to the bytes of its tar. */
int image_inflate(int root, const void *argument, size_t size, Error *reterr);

/* From a tar to what is to be known of the image: an ImageScan, then the record's lines (record.h) with its
 * name and labels, then its manifest. */
int image_scan(int root, const void *argument, size_t size, Error *reterr);

typedef struct ImageScan {
    uint32_t record_size, manifest_size;
} ImageScan;
