/* SPDX-License-Identifier: Apache-2.0 */
/* Untrusted JSON, with jansson: documents under limits, members by type, and errors that name the place:
 * `apps[0].app.user: must be a string`. A member that is null counts as missing; unknown members are
 * ignored. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Limits of a document, of a list of objects and of a list of strings. */
enum { JSON_SIZE_MAX = 4 * 1024 * 1024, JSON_ARRAY_MAX = 4096, JSON_STRINGS_MAX = 65536 };

#define _cleanup_json_ _cleanup_(json_decrefp)

/* Parses one document, an object: UTF-8, no duplicate keys, no NUL in a string, nothing after it. -EFBIG:
 * larger than JSON_SIZE_MAX; -EBADMSG: not valid JSON. */
int json_parse(const void *data, size_t size, json_t **ret, Error *reterr);

/* The same for documents that may hold a password: an error names the place, but quotes nothing. */
int json_parse_secret(const void *data, size_t size, json_t **ret, Error *reterr);

/* Text without a newline at the end. Characters that must not be printed on a terminal (base/printable.h)
 * are escaped (\uXXXX). */
int json_format(const json_t *value, bool pretty, char **ret);

/* The same with jansson's own flags (JSON_INDENT(n), JSON_COMPACT). */
int json_dump(const json_t *value, size_t flags, char **ret);

/* A value and the path to it. Lives on the stack; parents must outlive children. */
typedef struct JsonNode {
    json_t *value; /* not owned */
    const struct JsonNode *parent;
    const char *key; /* the member of the parent; NULL: the element at index */
    size_t index;
} JsonNode;

#define JSON_ROOT(json) ((JsonNode){ .value = (json) })

/* Sets the error "<path>: <message>" and returns r. */
int json_node_error(const JsonNode *node, int r, Error *reterr, const char *format, ...) _printf_(4, 5);

/* Puts "<path>: " before an innermost cause that was set without a path. Returns r. */
int json_node_locate_error(const JsonNode *node, int r, Error *reterr);

/* Members of an object. 1: read; 0: missing, nothing is written; -EBADMSG with a reason: it has another
 * type, or it is missing and JSON_REQUIRED was given. */
typedef enum JsonPresence { JSON_OPTIONAL, JSON_REQUIRED } JsonPresence;
int json_node_get(const JsonNode *object, const char *key, JsonPresence presence, JsonNode *ret,
                  Error *reterr);
int json_node_get_object(const JsonNode *object, const char *key, JsonPresence presence, JsonNode *ret,
                         Error *reterr);
int json_node_get_array(const JsonNode *object, const char *key, JsonPresence presence, JsonNode *ret,
                        Error *reterr);
int json_node_get_string(const JsonNode *object, const char *key, JsonPresence presence, char **ret,
                         Error *reterr);
int json_node_get_strv(const JsonNode *object, const char *key, JsonPresence presence, char ***ret,
                       Error *reterr);
int json_node_get_bool(const JsonNode *object, const char *key, JsonPresence presence, bool *ret,
                       Error *reterr);
int json_node_get_integer(const JsonNode *object, const char *key, JsonPresence presence, int64_t min,
                          int64_t max, int64_t *ret, Error *reterr);

/* Calls the reader for each element of a list of objects, until one fails. */
typedef int (*JsonElementReader)(const JsonNode *element, void *userdata, Error *reterr);
int json_node_read_list(const JsonNode *object, const char *key, JsonPresence presence,
                        JsonElementReader reader, void *userdata, Error *reterr);

/* The elements of an array, in order. */
size_t json_node_size(const JsonNode *array);
JsonNode json_node_element(const JsonNode *array, size_t index);

/* Building: sets a member, and takes over the value; -ENOMEM if it is NULL. The other functions leave out
 * empty values. */
int json_set(json_t *object, const char *key, json_t *value);
int json_append(json_t *array, json_t *value);
int json_set_string(json_t *object, const char *key, const char *value);
int json_set_strv(json_t *object, const char *key, char *const *value);
int json_set_true(json_t *object, const char *key, bool value);

/* Sets a list with what the writer makes from each item (NULL: out of memory); leaves out an empty list. */
typedef json_t *(*JsonElementWriter)(const void *item);
int json_set_list(json_t *object, const char *key, const void *items, size_t n, size_t size,
                  JsonElementWriter writer);
