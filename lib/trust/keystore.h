/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that are trusted to sign images: files <directory>/root.d/<fingerprint> (any image) and
 * <directory>/prefix.d/<prefix>/<fingerprint> (images of that name or below it), where the prefix's "/" are
 * directories. There are two directories: the system's comes with the distribution, the local one is the
 * administrator's. An empty file withdraws a key.
 *
 * Who opens a keystore needs the right to reach its directories; keys can be read later with fewer rights.
 * What a key file holds is not looked at here (openpgp.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "openpgp.h"

typedef enum KeyLayer { KEY_LAYER_SYSTEM, KEY_LAYER_LOCAL, _KEY_LAYER_MAX } KeyLayer;

enum { KEYSTORE_KEYS_MAX = 1024 }; /* files, in all */

typedef struct Keystore Keystore;

/* system, local: the directories of configuration (/usr/lib/rkt, /etc/rkt), in which "trustedkeys" may be
 * missing. */
int keystore_open(const char *system, const char *local, Keystore **ret, Error *reterr);
void keystore_free(Keystore *keystore);
DEFINE_CLEANUP_FUNC(Keystore *, keystore_free)

typedef struct TrustedKey {
    char fingerprint[FINGERPRINT_HEX + 1];
    KeyLayer layer;
    bool withdraws; /* the file is empty */
    char *prefix;   /* "": root.d */
    char *path;     /* of the file, as users know it */
} TrustedKey;

typedef struct TrustedKeys {
    TrustedKey *items;
    size_t n;
} TrustedKeys;

/* Frees what keys owns, and leaves it empty. */
void trusted_keys_done(TrustedKeys *keys);
#define _cleanup_trusted_keys_ _cleanup_(trusted_keys_done)

/* All files, those of root.d first, then by prefix; of one key the system's first. -E2BIG: too many. */
int keystore_list(const Keystore *keystore, TrustedKeys *ret, Error *reterr);

/* Of what keystore_list() gave (in that order) those keys that may sign the image of that name; not owned by
 * ret, which has room for all. An empty file withdraws its key from root.d and from the prefixes above its
 * own, in both directories, and from the system's directory of its own prefix. */
void trusted_keys_for(const TrustedKeys *keys, const char *image, const TrustedKey **ret, size_t *ret_n);

/* Whether the file with that index of system's has a local one in its place. */
bool trusted_key_is_replaced(const TrustedKeys *keys, size_t i);

/* What the key's file holds, at most OPENPGP_SIZE_MAX bytes; owned by the caller. */
int keystore_read(const Keystore *keystore, const TrustedKey *key, char **ret, size_t *ret_size,
                  Error *reterr);

/* Writes the file of a key in the local directory, atomically; one that is there is replaced. prefix: "" is
 * root.d, else a valid image name. *ret_path: where, owned by the caller. */
int keystore_add(Keystore *keystore, const char *prefix, const char *fingerprint, const void *data,
                 size_t size, char **ret_path, Error *reterr);

/* Removes the key from one prefix: the local file, or, if the system's directory has one, an empty local file
 * withdraws it, and *ret_withdrawn is true. */
int keystore_remove(Keystore *keystore, const char *prefix, const char *fingerprint, bool *ret_withdrawn,
                    Error *reterr);

/* 40 hex digits, and not of version 5 or 6: small letters only. */
bool fingerprint_is_valid(const char *s);
