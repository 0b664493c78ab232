/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser and the writer of configuration files share: their words, and the table of credentials. */
#pragma once

#include "config/config.h"

#define CONFIG_VERSION "v1"

typedef enum ConfigKind {
    CONFIG_KIND_AUTH,
    CONFIG_KIND_DOCKER_AUTH,
    CONFIG_KIND_PATHS,
    CONFIG_KIND_STAGE1,
    _CONFIG_KIND_MAX,
    _CONFIG_KIND_INVALID = -EINVAL,
} ConfigKind;
/* The value of rktKind in a file; NULL: no such kind. */
const char *config_kind_to_string(ConfigKind kind);

/* The value of "type" in a file; NULL: no such type. */
const char *auth_type_to_string(AuthType type);

/* Frees its contents, not the struct itself. */
void auth_done(Auth *auth);

/* A type's credentials, by their names in a file; unused entries are NULL. */
typedef struct AuthCredential {
    const char *name;
    bool optional;
} AuthCredential;
extern const AuthCredential auth_credentials[_AUTH_TYPE_MAX][AUTH_CREDENTIALS_MAX];
