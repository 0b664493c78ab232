/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-512 and SHA-256, and the keys made of them. */
#pragma once

#include <nettle/sha2.h>
#include <stddef.h>

#include "store/store.h"

/* An image's key, worked out while its bytes pass by. */
typedef struct KeyDigest {
    struct sha512_ctx sha512;
} KeyDigest;

/* Begin, any number of pieces, and the key with its NUL; after which only a new beginning is allowed. */
void key_digest_init(KeyDigest *digest);
void key_digest_add(KeyDigest *digest, const void *data, size_t size);
void key_digest_finish(KeyDigest *digest, char ret_key[static IMAGE_KEY_LENGTH + 1]);

/* The whole of it, of which a key is the first half. Either of the two ends the digest. */
enum { SHA512_HEX = 128 };
void key_digest_finish_whole(KeyDigest *digest, char ret_hex[static SHA512_HEX + 1]);

/* The key of bytes in memory. */
void key_of(const void *data, size_t size, char ret_key[static IMAGE_KEY_LENGTH + 1]);

/* 2 * size lowercase hex digits and a NUL. */
void hex_encode(const void *data, size_t size, char *ret);
