/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing an image in: any stream of bytes becomes a verified blob. Nothing is visible before its bytes are
 * hashed, its manifest is understood and all of it is on the disk. Parses untrusted bytes: never call it as
 * root. */
#pragma once

#include "store/store.h"

typedef struct StoreImportOptions {
    const char *expected; /* the key that it must have; NULL: any */
    bool latest;          /* the image was asked for without a version */
    uint64_t size_max;    /* of the uncompressed tar; 0: STORE_IMPORT_SIZE_MAX */
    uint64_t ratio_max;   /* uncompressed to compressed, once over 64 MiB; 0: STORE_IMPORT_RATIO_MAX */
    void (*on_progress)(uint64_t bytes, void *userdata); /* bytes of the source read so far */
    void *userdata;
} StoreImportOptions;

#define STORE_IMPORT_SIZE_MAX (64ULL << 30)
enum { STORE_IMPORT_RATIO_MAX = 1000 };

/* Imports an ACI (plain tar, gzip, bzip2, xz or zstd) from fd, read to its end. An image that is there
 * already stays and counts as imported now. */
int store_import_fd(Store *store, int fd, const StoreImportOptions *options,
                    char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
