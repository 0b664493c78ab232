/* SPDX-License-Identifier: Apache-2.0 */
/* rkt's JSON configuration files: credentials, paths, and the default stage1. The directories auth.d,
 * paths.d and stage1.d of the vendor, the administrator and the user become one Config. This module does
 * not act on it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

enum { CONFIG_FILE_SIZE_MAX = 1024 * 1024, CONFIG_FILES_MAX = 1024, CONFIG_AUTHS_MAX = 4096 };

/* The directories in a layer. auth.d holds files of two kinds, auth and dockerAuth. */
typedef enum ConfigTopic {
    CONFIG_TOPIC_AUTH,
    CONFIG_TOPIC_PATHS,
    CONFIG_TOPIC_STAGE1,
    _CONFIG_TOPIC_MAX,
} ConfigTopic;

#define CONFIG_TOPIC_MASK(topic) (1U << (topic))
#define CONFIG_TOPIC_MASK_ALL ((1U << _CONFIG_TOPIC_MAX) - 1)

typedef enum AuthType {
    AUTH_TYPE_BASIC, /* user, password */
    AUTH_TYPE_OAUTH, /* token */
    AUTH_TYPE_AWS,   /* accessKeyID, secretAccessKey, awsRegion (may be missing) */
    _AUTH_TYPE_MAX,
    _AUTH_TYPE_INVALID = -EINVAL,
} AuthType;

/* The credentials for one host, in the order that is given at the type. Only the host, and users who run
 * `rkt config`, may see them: no message shows them. */
enum { AUTH_CREDENTIALS_MAX = 3 };
typedef struct Auth {
    char *host; /* HOST or HOST:PORT, as written */
    AuthType type;
    char *credentials[AUTH_CREDENTIALS_MAX];
} Auth;

typedef struct AuthList {
    Auth *items;
    size_t n;
} AuthList;

/* Strings that are not set are NULL, never empty. */
typedef struct Config {
    AuthList auth;        /* by domain */
    AuthList docker_auth; /* by registry, all of type basic */
    char *data, *stage1_images;
    char *stage1_name, *stage1_version; /* both or none */
    char *stage1_location;              /* an absolute path, or a URL */
} Config;

/* NULL is fine. */
void config_free(Config *config);
DEFINE_CLEANUP_FUNC(Config *, config_free)

/* Reads the topics in mask of all layers. Each layer overrides those before it: lists host by host, name
 * and version together, other fields one by one. A layer that is "" or NULL, or does not exist, is empty.
 * An error names the file and the key. */
enum { CONFIG_LAYERS = 3 }; /* system, local, user */
int config_read(const char *const layers[static CONFIG_LAYERS], unsigned mask, Config **ret, Error *reterr);

/* Parses the text of one file of a topic into the config of its layer; a field that is set already is a
 * duplicate. */
int config_parse(Config *config, ConfigTopic topic, const void *data, size_t size, Error *reterr);

/* A list of entries as they could be in files, one for each host, sorted by host. Fields that are not set
 * are left out. */
int config_to_json(const Config *config, json_t **ret);
