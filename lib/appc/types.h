/* SPDX-License-Identifier: Apache-2.0 */
/* The small types that appc manifests are made of: names, versions, image keys, name-value lists and the
 * labels os and arch (appc specification 0.8.11, "Types"). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define APPC_VERSION "0.8.11"

enum { APPC_NAME_MAX = 512 }; /* more is no name */

/* ACName `^[a-z0-9]+([-][a-z0-9]+)*$`; ACIdentifier also lets `.`, `_`, `~` and `/` stand between. */
bool ac_name_is_valid(const char *s);
bool ac_identifier_is_valid(const char *s);

/* Makes a valid name of any text: lower case, every run of other characters becomes one `-`, none at the
 * ends. -EINVAL when nothing is left. ac_name_from_image() first takes what stands behind the last `/`. */
int ac_name_sanitize(const char *s, char **ret);
int ac_identifier_sanitize(const char *s, char **ret);
int ac_name_from_image(const char *image_name, char **ret);

/* Semantic versioning 2.0.0. */
bool ac_version_is_valid(const char *s);

/* What environment variables of a manifest may be called. */
bool environment_name_is_valid(const char *s);

/* An image's key is `sha512-` and 64 hex digits; an image ID may have 2 to 128 of them, and more than 64 are
 * cut. */
enum {
    IMAGE_KEY_HEX = 64,
    IMAGE_KEY_LENGTH = 7 + IMAGE_KEY_HEX,
    IMAGE_ID_HEX_MIN = 2,
    IMAGE_ID_HEX_MAX = 128
};
#define IMAGE_KEY_PREFIX "sha512-"
bool image_key_is_valid(const char *s);
int image_id_parse(const char *s, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);

/* Labels, annotations, environments: in the order of the manifest. */
typedef struct NameValue {
    char *name;
    char *value;
} NameValue;

typedef struct NameValueList {
    NameValue *items;
    size_t n;
} NameValueList;

void name_value_list_done(NameValueList *list);
#define _cleanup_name_values_ _cleanup_(name_value_list_done)
const char *name_value_list_get(const NameValueList *list, const char *name); /* NULL: not there */
int name_value_list_add(NameValueList *list, const char *name, const char *value);
int name_value_list_set(NameValueList *list, const char *name, const char *value); /* replaces, else adds */
int name_value_list_copy(const NameValueList *list, NameValueList *ret);

/* Whether every label of `wanted` is there with the same value. */
bool labels_match(const NameValueList *labels, const NameValueList *wanted);

/* Whether the specification knows the labels os and arch, if they are there. */
int labels_check(const NameValueList *labels, Error *reterr);

/* Whether an image with these labels can run on Linux: both must be there, os linux, arch one that Linux has.
 */
int labels_check_runnable(const NameValueList *labels, Error *reterr);

/* This machine's os and arch, as labels. */
#define APPC_HOST_OS "linux"
extern const char appc_host_arch[];
