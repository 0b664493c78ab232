/* SPDX-License-Identifier: Apache-2.0 */
/* Valid versions and image IDs (appc specification 0.8.11, "Types"). For names see base/name.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/name.h"

#define APPC_VERSION "0.8.11"

/* Semantic versioning 2.0.0. */
bool ac_version_is_valid(const char *s);

/* An image's key is `sha512-` and 64 hex digits. An image ID has 2 to 128 digits, of which the first 64 are
 * used. */
enum {
    IMAGE_KEY_HEX = 64,
    IMAGE_KEY_LENGTH = 7 + IMAGE_KEY_HEX,
    IMAGE_ID_HEX_MIN = 2,
    IMAGE_ID_HEX_MAX = 128
};
#define IMAGE_KEY_PREFIX "sha512-"
bool image_key_is_valid(const char *s);
int image_id_parse(const char *s, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
