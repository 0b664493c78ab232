/* SPDX-License-Identifier: Apache-2.0 */
/* --format=: what programs print as text, or as JSON for others to read. */
#pragma once

#include <jansson.h>

#include "base/error.h"

typedef enum Format { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSON_PRETTY } Format;

/* "" is text, as without the flag. */
int format_parse(const char *value, Format *ret, Error *reterr);

/* Prints it in one of the two formats of JSON and lets go of it; NULL is -ENOMEM. */
int format_print_json(json_t *json, Format format);
