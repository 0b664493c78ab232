/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing an image in, in two steps: bytes are fed as they come, hashed and understood; then, if what they
 * turned out to be is what was wanted, the image is committed and others see it. The bytes are
 * parsed in two cages (sandbox/cage.h); a program that imports hands store_import_works to cage_main(). */
#pragma once

#include "sandbox/cage.h"
#include "store/digest.h"
#include "store/store.h"

typedef struct StoreImportOptions {
    bool latest;        /* the image was asked for without a version */
    bool source_digest; /* ImportContents.source is wanted */
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

/* An image that is being imported. Nobody sees it before it is committed. */
typedef struct Import Import;

/* Makes a temporary file in the store, as the calling user: never call it as root in a store that others can
 * write. The cages (not owned) must stay until import_finish(). options: NULL: all as usual. */
int import_begin(Store *store, const ImportCages *cages, const StoreImportOptions *options, Import **ret,
                 Error *reterr);

/* Takes the next bytes of an ACI (plain tar, gzip, bzip2, xz or zstd) and returns when they have been handed
 * to the cage. 1: go on; 0: no more bytes are needed, and import_finish() says whether that is an error. */
int import_feed(Import *import, const void *data, size_t size, Error *reterr);

/* Call it after the last byte. -EBADMSG: the bytes are not an image. */
int import_finish(Import *import, Error *reterr);

typedef struct ImportDigest {
    uint64_t size;
    char sha512[SHA512_HEX + 1];
} ImportDigest;

/* What an import has found out about its image. */
typedef struct ImportContents {
    char key[IMAGE_KEY_LENGTH + 1];
    ImportDigest source,
            tar;          /* of the bytes as they were fed, if it was asked for; of the uncompressed tar */
    const char *manifest; /* its bytes */
    size_t manifest_size;
    const StoreImage *image; /* its name and labels; the rest is not known yet */
} ImportContents;

/* After import_finish(). Owned by the import. */
const ImportContents *import_contents(const Import *import);

/* Puts it into the store. An image that is there already stays and counts as imported now. */
int import_commit(Import *import, Error *reterr);

/* Removes what was not committed. NULL is fine. */
void import_free(Import *import);
DEFINE_CLEANUP_FUNC(Import *, import_free)
