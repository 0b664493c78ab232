/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing an image in, in two steps: any stream of bytes is read, hashed and understood; then, if what it
 * turned out to be is what was wanted, it is committed and others see it. What is a stranger's is parsed in
 * two cages (sandbox/cage.h), of which a program that imports has the works. */
#pragma once

#include "sandbox/cage.h"
#include "store/store.h"

typedef struct StoreImportOptions {
    bool latest;        /* the image was asked for without a version */
    uint64_t size_max;  /* of the uncompressed tar; 0: STORE_IMPORT_SIZE_MAX */
    uint64_t ratio_max; /* uncompressed to compressed, once over 64 MiB; 0: STORE_IMPORT_RATIO_MAX */
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

/* Where the bytes come from. read: fills the buffer with what comes next; 0: no more. */
typedef struct ImportSource {
    ssize_t (*read)(void *buffer, size_t size, void *userdata, Error *reterr);
    void *userdata;
} ImportSource;

/* A file, or a pipe. fd must stay. */
ImportSource import_source_fd(int *fd);

/* What was read; nobody sees it. */
typedef struct Import Import;

/* Reads an ACI (plain tar, gzip, bzip2, xz or zstd) to its end, into the store's temporary files. Writes as
 * who it is: never call it as root in a store that others can write. options: NULL: all as usual. */
int import_read(Store *store, const ImportSource *source, const ImportCages *cages,
                const StoreImportOptions *options, Import **ret, Error *reterr);

/* The key that its bytes have. */
const char *import_key(const Import *import);

/* Puts it into the store. An image that is there already stays and counts as imported now. */
int import_commit(Import *import, Error *reterr);

/* What was not committed is gone. */
void import_free(Import *import);
DEFINE_CLEANUP_FUNC(Import *, import_free)
