/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of strangers, for root: a child without any right but to write into a pipe parses it, and says in a
 * form that takes no parser what it found. */
#pragma once

#include <jansson.h>
#include <stddef.h>

/* As json_loadb() with JSON_REJECT_DUPLICATES. -ENOSYS: no child can be made here, which is so in a cage. */
int json_load_apart(const void *data, size_t size, json_t **ret, json_error_t *ret_error);
