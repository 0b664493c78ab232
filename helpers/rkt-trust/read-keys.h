/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a file that a user named, read by a process without privilege. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

typedef struct ReadKey {
    char *fingerprint; /* 40 lowercase hex digits */
    char **users;      /* not yet made printable */
    char **subkeys;    /* fingerprints */
    bool expired, revoked;
    char *armored; /* the key as a file */
} ReadKey;

typedef struct ReadKeys {
    int number;  /* of the error; 0: the keys could be read */
    char *error; /* its words */
    ReadKey *items;
    size_t n;
} ReadKeys;

/* Frees what keys owns, and leaves it empty. */
void read_keys_done(ReadKeys *keys);

/* Opens the file at path with the caller's rights, and has a process without privilege read it (as user rkt,
 * if the caller is root). ret has at least one key. -EBADMSG, -EKEYREJECTED: the file has something else. */
int read_keys(const char *path, ReadKeys *ret, Error *reterr);
