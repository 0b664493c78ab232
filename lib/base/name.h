/* SPDX-License-Identifier: Apache-2.0 */
/* Rules for names: those of the appc specification 0.8.11 ("Types"), of credentials and of variables. */
#pragma once

#include <stdbool.h>

enum { APPC_NAME_MAX = 512 }; /* a longer name is not valid */

/* A name of a credential (systemd.exec(5), CREDENTIALS), in ASCII and without comma. */
bool credential_name_is_valid(const char *s);

/* ACName `^[a-z0-9]+([-][a-z0-9]+)*$`; ACIdentifier also allows `.`, `_`, `~` and `/` as separators. */
bool ac_name_is_valid(const char *s);
bool ac_identifier_is_valid(const char *s);
/* An ACIdentifier in which several of `.`, `_`, `~` and `-` may follow each other. Names of images may be
 * such. */
bool image_name_is_valid(const char *s);

/* Makes a valid name from any text: lower case, every run of other characters becomes one `-`, none at the
 * ends. -EINVAL: nothing is left. ac_name_from_image() uses only what follows the last `/`. */
int ac_name_sanitize(const char *s, char **ret);
int ac_name_from_image(const char *image_name, char **ret);

/* A name of an environment variable in a manifest. */
bool environment_name_is_valid(const char *s);
