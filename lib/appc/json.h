/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of strangers, over jansson: documents under limits, members by type, and errors that say where:
 * `apps[0].app.user: must be a string`. A member that is null counts as absent; unknown members are nobody's
 * business. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What a document, a list of objects and a list of strings may have at most. */
enum { JSON_SIZE_MAX = 4 * 1024 * 1024, JSON_ARRAY_MAX = 4096, JSON_STRINGS_MAX = 65536 };

#define _cleanup_json_ _cleanup_(json_decrefp)

/* One document, an object: UTF-8, no key twice, no NUL in a string, nothing behind it. -EFBIG above
 * JSON_SIZE_MAX, -EBADMSG when it is not JSON. */
int json_parse(const void *data, size_t size, json_t **ret, Error *reterr);

/* The same for what may hold a password: an error says where, but quotes nothing. */
int json_parse_secret(const void *data, size_t size, json_t **ret, Error *reterr);

/* Text without a newline at the end. What may not go to a terminal (base/printable.h) is escaped (\uXXXX). */
int json_format(const json_t *value, bool pretty, char **ret);

/* The same with jansson's own flags (JSON_INDENT(n), JSON_COMPACT). */
int json_dump(const json_t *value, size_t flags, char **ret);

/* A value and the way to it. Lives on the stack; parents must outlive children. */
typedef struct JsonNode {
    json_t *value; /* not owned */
    const struct JsonNode *parent;
    const char *key; /* the member of the parent; NULL: the element at index */
    size_t index;
} JsonNode;

#define JSON_ROOT(json) ((JsonNode){ .value = (json) })

/* Says "<path>: <message>" and returns r. */
int json_node_error(const JsonNode *node, int r, Error *reterr, const char *format, ...) _printf_(4, 5);

/* Puts "<path>: " before the innermost cause that was said without one. Returns r. */
int json_node_locate_error(const JsonNode *node, int r, Error *reterr);

/* Members of an object. They return 1 when it was there, 0 when not (nothing is written then), -EBADMSG with
 * words when it has another type; with JSON_REQUIRED absence is -EBADMSG too. */
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

/* Building: sets a member, takes the value; NULL is -ENOMEM. The others leave out what is empty. */
int json_set(json_t *object, const char *key, json_t *value);
int json_append(json_t *array, json_t *value);
int json_set_string(json_t *object, const char *key, const char *value);
int json_set_strv(json_t *object, const char *key, char *const *value);
int json_set_true(json_t *object, const char *key, bool value);

/* Sets a list of what the writer makes of each item (NULL: no memory); an empty list is left out. */
typedef json_t *(*JsonElementWriter)(const void *item);
int json_set_list(json_t *object, const char *key, const void *items, size_t n, size_t size,
                  JsonElementWriter writer);
