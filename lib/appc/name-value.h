/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of names with values: labels, annotations, environments; and what the labels os and arch mean. */
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
/* Strings are copied and not checked; 0 or -ENOMEM. Adding does not look for one of the same name. */
int name_value_list_add(NameValueList *list, const char *name, const char *value);
int name_value_list_set(NameValueList *list, const char *name, const char *value); /* replaces, else adds */
/* 0 or -ENOMEM; what *ret held before is not freed. */
int name_value_list_copy(const NameValueList *list, NameValueList *ret);

/* In a manifest as [{"name": …, "value": …}]; names are checked and unique. An empty list is left out. */
typedef enum NameValueKind {
    NAME_VALUE_LABEL,       /* ACIdentifier, but not "name" */
    NAME_VALUE_ANNOTATION,  /* ACIdentifier */
    NAME_VALUE_ENVIRONMENT, /* see environment_name_is_valid() */
} NameValueKind;
/* Without the key the list is empty; -EINVAL: reterr names the place. Writing leaves an empty list out. */
int name_value_list_from_json(const JsonNode *object, const char *key, NameValueKind kind, NameValueList *ret,
                              Error *reterr);
int name_value_list_to_json(const NameValueList *list, json_t *object, const char *key);

/* The same as an object {"name": "value"}, any name. */
int name_value_map_from_json(const JsonNode *object, const char *key, NameValueList *ret, Error *reterr);
int name_value_map_to_json(const NameValueList *list, json_t *object, const char *key);

/* Whether every label of `wanted` is there with the same value. */
bool labels_match(const NameValueList *labels, const NameValueList *wanted);

/* Whether the specification knows the labels os and arch, if they are there. */
int labels_check(const NameValueList *labels, Error *reterr);

/* Whether an image with these labels can run here: both must be there, os linux, arch one that Linux has. */
int labels_check_runnable(const NameValueList *labels, Error *reterr);

/* This machine's os and arch, as labels. */
#define APPC_HOST_OS "linux"
extern const char appc_host_arch[];
