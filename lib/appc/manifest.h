/* SPDX-License-Identifier: Apache-2.0 */
/* Code for both image and pod manifests; for lib/appc only. */
#pragma once

#include "appc/json.h"

/* Parses a document, checks its acKind and acVersion, and returns acVersion in *ret_version. */
int manifest_open(const void *data, size_t size, const char *kind, json_t **ret, char **ret_version,
                  Error *reterr);

/* A new object with acKind and acVersion (NULL: our version). NULL: out of memory. */
json_t *manifest_new(const char *kind, const char *version);

/* Read a member that is an image ID, and one that is an ACIdentifier. 1: it was there; an optional one may
 * be "". */
int manifest_get_image_id(const JsonNode *object, const char *key, char **ret, Error *reterr);
int manifest_get_identifier(const JsonNode *object, const char *key, JsonPresence presence, char **ret,
                            Error *reterr);
