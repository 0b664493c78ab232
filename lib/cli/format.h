/* SPDX-License-Identifier: Apache-2.0 */
/* --format=: output as text, or as JSON for other programs. */
#pragma once

#include <jansson.h>

#include "base/error.h"

typedef enum Format { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSON_PRETTY } Format;

/* "" is text, as without the flag. */
int format_parse(const char *value, Format *ret, Error *reterr);

/* Prints the value in one of the two formats of JSON and drops its reference. -ENOMEM: it is NULL. */
int format_print_json(json_t *json, Format format);
