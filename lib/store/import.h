/* SPDX-License-Identifier: Apache-2.0 */
/* Bringing an image in, in two steps: bytes are fed as they come, hashed and understood; then, if what they
 * turned out to be is what was wanted, the image is committed and others see it. What is a stranger's is
 * parsed in two cages (sandbox/cage.h), of which a program that imports has the works. */
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

/* An image on its way in; nobody sees it. */
typedef struct Import Import;

/* Begins with one of the store's temporary files. Writes as who it is: never call it as root in a store that
 * others can write. The cages (not owned) must stay until import_finish(). options: NULL: all as usual. */
int import_begin(Store *store, const ImportCages *cages, const StoreImportOptions *options, Import **ret,
                 Error *reterr);

/* The next bytes of an ACI (plain tar, gzip, bzip2, xz or zstd), as they came. Returns when they are with the
 * cage: 1, or 0 when that needs no more, of which import_finish() knows why. */
int import_feed(Import *import, const void *data, size_t size, Error *reterr);

/* That was all of it. -EBADMSG: it is no image. */
int import_finish(Import *import, Error *reterr);

typedef struct ImportDigest {
    uint64_t size;
    char sha512[SHA512_HEX + 1];
} ImportDigest;

/* What it turned out to be. */
typedef struct ImportContents {
    char key[IMAGE_KEY_LENGTH + 1];
    ImportDigest source, tar; /* of the bytes as they were fed, if asked for; of the uncompressed tar */
    const char *manifest;     /* its bytes */
    size_t manifest_size;
    const StoreImage *image; /* its name and labels; the rest is not known yet */
} ImportContents;

/* After import_finish(). Owned by the import. */
const ImportContents *import_contents(const Import *import);

/* Puts it into the store. An image that is there already stays and counts as imported now. */
int import_commit(Import *import, Error *reterr);

/* What was not committed is gone. */
void import_free(Import *import);
DEFINE_CLEANUP_FUNC(Import *, import_free)
