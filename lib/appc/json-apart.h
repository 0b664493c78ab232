/* SPDX-License-Identifier: Apache-2.0 */
/* Untrusted JSON, for root: a child that has no right except to write into a pipe parses it, and returns
 * the result in a form that needs no parser. */
#pragma once

#include <jansson.h>
#include <stddef.h>

/* Like json_loadb() with JSON_REJECT_DUPLICATES. -ENOSYS: no child can be made, as in a cage. */
int json_load_apart(const void *data, size_t size, json_t **ret, json_error_t *ret_error);
