/* SPDX-License-Identifier: Apache-2.0 */
/* The outside of OpenPGP data (RFC 4880, RFC 9580): the ASCII armor, and which packets there are. What a
 * packet means is gpg's to say (gpg.h). gpg takes more forms than a signature beside a file or a file of keys
 * needs, and some of them have misled programs, so it is given nothing else than what passed here.
 *
 * Bytes that are read here are untrusted: call this without privilege. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    FINGERPRINT_HEX = 40,        /* of a key of version 4 */
    OPENPGP_SIZE_MAX = 1 << 20,  /* bytes of a file with keys or signatures */
    OPENPGP_KEYS_MAX = 64,       /* in one file */
    OPENPGP_SIGNATURES_MAX = 16, /* in one file */
};

/* Bytes without armor, owned. */
typedef struct OpenpgpData {
    uint8_t *bytes;
    size_t size;
} OpenpgpData;

/* Frees the bytes, and leaves it empty. */
void openpgp_data_done(OpenpgpData *data);
#define _cleanup_openpgp_ _cleanup_(openpgp_data_done)

/* Decodes a file with signatures, armored or binary, at most OPENPGP_SIZE_MAX bytes. Keeps the signatures of
 * whole files that are of version 4 and made with SHA-2. -EBADMSG: it is anything else than signatures, or
 * more than one armored block; -EKEYREJECTED: none of its signatures may be kept. */
int openpgp_read_signatures(const void *file, size_t size, OpenpgpData *ret, Error *reterr);

/* The same with a file with public keys. -EBADMSG: it is anything else; -EKEYREJECTED: a private key. */
int openpgp_read_keys(const void *file, size_t size, OpenpgpData *ret, Error *reterr);

/* A key with its user IDs, subkeys and the signatures on them, within the data that it was found in. */
typedef struct OpenpgpKey {
    const uint8_t *bytes; /* not owned */
    size_t size;
    char fingerprint[FINGERPRINT_HEX + 1]; /* lowercase */
} OpenpgpKey;

/* The key at *offset in what openpgp_read_keys() gave, which goes on to the next. 1; 0: there is no other
 * one; -EBADMSG: it has no fingerprint of 40 digits, because it is not of version 4. */
int openpgp_next_key(const OpenpgpData *data, size_t *offset, OpenpgpKey *ret, Error *reterr);
