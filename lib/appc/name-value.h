/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names with values: labels, annotations, environments; and the meaning of the labels os and arch.
 */
#pragma once

#include <stddef.h>

#include "appc/json.h"

/* Labels, annotations, environments: in the order of the manifest. */
typedef struct NameValue {
    char *name;
    char *value;
} NameValue;

typedef struct NameValueList {
    NameValue *items;
    size_t n;
} NameValueList;

/* Frees the list's items, not the struct itself; an all-zero list is empty. */
void name_value_list_done(NameValueList *list);
#define _cleanup_name_values_ _cleanup_(name_value_list_done)
const char *name_value_list_get(const NameValueList *list, const char *name); /* NULL: not there */
/* Appends copies of the strings without checking them or looking for the same name; 0 or -ENOMEM. */
int name_value_list_add(NameValueList *list, const char *name, const char *value);
int name_value_list_set(NameValueList *list, const char *name,
                        const char *value); /* replaces a value, or adds it */
/* 0 or -ENOMEM; what *ret held before is not freed. */
int name_value_list_copy(const NameValueList *list, NameValueList *ret);

/* The list in a manifest, as [{"name": …, "value": …}]; names are checked and unique. An empty list is left
 * out. */
typedef enum NameValueKind {
    NAME_VALUE_LABEL,       /* ACIdentifier, but not "name" */
    NAME_VALUE_ANNOTATION,  /* ACIdentifier */
    NAME_VALUE_ENVIRONMENT, /* see environment_name_is_valid() */
} NameValueKind;
/* A missing key is an empty list; -EINVAL: reterr names the place. Writing leaves an empty list out. */
int name_value_list_from_json(const JsonNode *object, const char *key, NameValueKind kind, NameValueList *ret,
                              Error *reterr);
int name_value_list_to_json(const NameValueList *list, json_t *object, const char *key);

/* The same as an object {"name": "value"}, with any names. */
int name_value_map_from_json(const JsonNode *object, const char *key, NameValueList *ret, Error *reterr);
int name_value_map_to_json(const NameValueList *list, json_t *object, const char *key);

/* Whether every label of `wanted` is in the list with the same value. */
bool labels_match(const NameValueList *labels, const NameValueList *wanted);

/* Whether the labels os and arch, if present, have values that the specification knows. */
int labels_check(const NameValueList *labels, Error *reterr);

/* Whether an image with these labels can run here: both must be present, os must be linux, and arch an
 * architecture of Linux. */
int labels_check_runnable(const NameValueList *labels, Error *reterr);

/* This machine's os and arch, as labels. */
#define APPC_HOST_OS "linux"
extern const char appc_host_arch[];
