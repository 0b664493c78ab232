/* SPDX-License-Identifier: Apache-2.0 */
/* What image and pod manifests have in common; for lib/appc only. */
#pragma once

#include "appc/json.h"

/* Parses a document and checks its acKind and acVersion, which is given back. */
int manifest_open(const void *data, size_t size, const char *kind, json_t **ret, char **ret_version,
                  Error *reterr);

/* A new object with acKind and acVersion (NULL: ours); NULL without memory. */
json_t *manifest_new(const char *kind, const char *version);

/* A member that holds an image ID, and one that holds an ACIdentifier; 1 when it was there, an optional one
 * may be "". */
int manifest_get_image_id(const JsonNode *object, const char *key, char **ret, Error *reterr);
int manifest_get_identifier(const JsonNode *object, const char *key, JsonPresence presence, char **ret,
                            Error *reterr);
