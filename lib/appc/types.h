/* SPDX-License-Identifier: Apache-2.0 */
/* What versions and image IDs look like (appc specification 0.8.11, "Types"); names: base/name.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/name.h"

#define APPC_VERSION "0.8.11"

/* Semantic versioning 2.0.0. */
bool ac_version_is_valid(const char *s);

/* An image's key is `sha512-` and 64 hex digits; an image ID has 2 to 128 of them and is cut to its first 64.
 */
enum {
    IMAGE_KEY_HEX = 64,
    IMAGE_KEY_LENGTH = 7 + IMAGE_KEY_HEX,
    IMAGE_ID_HEX_MIN = 2,
    IMAGE_ID_HEX_MAX = 128
};
#define IMAGE_KEY_PREFIX "sha512-"
bool image_key_is_valid(const char *s);
int image_id_parse(const char *s, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
