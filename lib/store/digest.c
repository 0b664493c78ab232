/* SPDX-License-Identifier: Apache-2.0 */

#include "digest.h"

#include <string.h>

void key_digest_init(KeyDigest *digest)
{
    sha512_init(&digest->sha512);
}

void key_digest_add(KeyDigest *digest, const void *data, size_t size)
{
    sha512_update(&digest->sha512, size, data);
}

void key_digest_finish(KeyDigest *digest, char ret_key[static IMAGE_KEY_LENGTH + 1])
{
    char hex[SHA512_HEX + 1];

    key_digest_finish_whole(digest, hex);
    (void) snprintf(ret_key, IMAGE_KEY_LENGTH + 1, IMAGE_KEY_PREFIX "%.*s", IMAGE_KEY_HEX, hex);
}

void key_digest_finish_whole(KeyDigest *digest, char ret_hex[static SHA512_HEX + 1])
{
    uint8_t bytes[SHA512_DIGEST_SIZE];

    sha512_digest(&digest->sha512, sizeof(bytes), bytes);
    hex_encode(bytes, sizeof(bytes), ret_hex);
}

void key_of(const void *data, size_t size, char ret_key[static IMAGE_KEY_LENGTH + 1])
{
    KeyDigest digest;

    key_digest_init(&digest);
    key_digest_add(&digest, data, size);
    key_digest_finish(&digest, ret_key);
}

void hex_encode(const void *data, size_t size, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++) {
        *ret++ = digits[bytes[i] >> 4];
        *ret++ = digits[bytes[i] & 15];
    }
    *ret = '\0';
}
