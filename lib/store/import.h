/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing an image in: any stream of bytes becomes a verified blob. Nothing is visible before its bytes are
 * hashed, its manifest is understood and all of it is on the disk. What is a stranger's is parsed in two
 * cages (sandbox/cage.h), of which a program that imports has the works. */
#pragma once

#include "sandbox/cage.h"
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

/* For cage_main(). */
extern const CageWork store_import_works[];

typedef struct ImportCages {
    Cage *inflater, *scanner;
} ImportCages;

/* Starts the cages of one import; apart, uid and gid as in CageOptions. So root can start them before it
 * gives itself up. */
int import_cages_start(bool apart, uid_t uid, gid_t gid, ImportCages *ret, Error *reterr);
void import_cages_done(ImportCages *cages);

/* Imports an ACI (plain tar, gzip, bzip2, xz or zstd) from fd, read to its end. An image that is there
 * already stays and counts as imported now. Writes as who it is: never call it as root in a store that others
 * can write. */
int store_import_fd(Store *store, int fd, const ImportCages *cages, const StoreImportOptions *options,
                    char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
