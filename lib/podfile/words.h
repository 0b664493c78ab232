/* SPDX-License-Identifier: Apache-2.0 */
/* Words, quotes and C escapes of systemd.syntax(7), undone in place. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Splits value into words, which then stand one behind the other, each with its NUL, in *ret_size bytes. An
 * unknown escape, a quote that is never closed or a NUL is -EINVAL; the words in reterr say which. */
int words_split(char *value, size_t *ret_size, Error *reterr);

/* The word behind `word` in words of size bytes, the first for NULL, NULL behind the last. */
const char *words_next(const char *words, size_t size, const char *word);

/* The same for a setting that takes one value: a value that begins with a quote is one quoted word, any other
 * is left as it is. */
int words_unquote(char *value, Error *reterr);
