/* SPDX-License-Identifier: Apache-2.0 */
/* What names look like: those of the appc specification 0.8.11 ("Types"), of credentials and of variables. */
#pragma once

#include <stdbool.h>

enum { APPC_NAME_MAX = 512 }; /* a longer name is not valid */

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

/* What environment variables of a manifest may be called. */
bool environment_name_is_valid(const char *s);
