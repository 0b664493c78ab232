/* SPDX-License-Identifier: Apache-2.0 */
/* What names, versions and image IDs look like (appc specification 0.8.11, "Types"). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define APPC_VERSION "0.8.11"

enum { APPC_NAME_MAX = 512 }; /* more is no name */

/* One of systemd's (systemd.exec(5), CREDENTIALS), of ASCII and without comma. */
bool credential_name_is_valid(const char *s);

/* ACName `^[a-z0-9]+([-][a-z0-9]+)*$`; ACIdentifier also lets `.`, `_`, `~` and `/` stand between. */
bool ac_name_is_valid(const char *s);
bool ac_identifier_is_valid(const char *s);
/* An ACIdentifier in which several of `.`, `_`, `~` and `-` may stand together: images are called so. */
bool image_name_is_valid(const char *s);

/* Makes a valid name of any text: lower case, every run of other characters becomes one `-`, none at the
 * ends. -EINVAL when nothing is left. ac_name_from_image() first takes what stands behind the last `/`. */
int ac_name_sanitize(const char *s, char **ret);
int ac_name_from_image(const char *image_name, char **ret);

/* Semantic versioning 2.0.0. */
bool ac_version_is_valid(const char *s);

/* What environment variables of a manifest may be called. */
bool environment_name_is_valid(const char *s);

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
