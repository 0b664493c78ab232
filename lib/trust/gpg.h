/* SPDX-License-Identifier: Apache-2.0 */
/* gpg, which understands keys and signatures: run by its full path, with a home directory of
 * its own that is empty at first and gone at last. No keyring, configuration or agent of a user and no server
 * has a part in what it says.
 *
 * Call this without privilege, and feed it what openpgp.h let pass. gpg_verify() has SIGPIPE ignored from
 * then on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "openpgp.h"

typedef struct Gpg Gpg;

/* -ENOENT: gpg is not installed. */
int gpg_open(Gpg **ret, Error *reterr);
void gpg_free(Gpg *gpg);
DEFINE_CLEANUP_FUNC(Gpg *, gpg_free)

/* Puts public keys, size bytes without armor, into the home's keyring. A key that gpg does not accept is left
 * out: that is not an error. */
int gpg_import(Gpg *gpg, const void *keys, size_t size, Error *reterr);

/* What gpg says of one key of the keyring. */
typedef struct GpgKey {
    char fingerprint[FINGERPRINT_HEX + 1];
    char **users;   /* UTF-8, not yet made printable */
    char **subkeys; /* their fingerprints */
    bool expired, revoked;
} GpgKey;

/* Frees what key owns, and leaves it empty. */
void gpg_key_done(GpgKey *key);

/* The key with that fingerprint or ID (of itself or of a subkey). -ENOENT: the keyring does not have it. */
int gpg_find(Gpg *gpg, const char *id, GpgKey *ret);

/* The key as an armored file, with its NUL; owned by the caller. */
int gpg_export(Gpg *gpg, const char *fingerprint, char **ret, Error *reterr);

typedef enum GpgVerdict {
    GPG_VERDICT_GOOD,
    GPG_VERDICT_BAD,         /* of other bytes */
    GPG_VERDICT_UNKNOWN_KEY, /* the keyring does not have it */
    GPG_VERDICT_KEY_EXPIRED,
    GPG_VERDICT_KEY_REVOKED,
    GPG_VERDICT_EXPIRED, /* the signature itself */
    GPG_VERDICT_FAILED,  /* gpg cannot say */
} GpgVerdict;

typedef struct GpgSignature {
    GpgVerdict verdict;
    char id[FINGERPRINT_HEX +
            1]; /* of the key or subkey that made it: a fingerprint, or its last 16 digits */
} GpgSignature;

/* The next bytes of a signed file, as read(2). */
typedef ssize_t (*GpgRead)(void *buffer, size_t size, void *userdata);

/* Compares signatures (size bytes without armor) with a file. ret has room for OPENPGP_SIGNATURES_MAX of
 * them. */
int gpg_verify(Gpg *gpg, const void *signatures, size_t size, GpgRead read, void *userdata, GpgSignature *ret,
               size_t *ret_n, Error *reterr);
