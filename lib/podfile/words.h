/* SPDX-License-Identifier: Apache-2.0 */
/* Splits words and resolves quotes and C escapes (systemd.syntax(7)), in place. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Splits value into words, which then follow each other, each with its NUL, in *ret_size bytes. -EINVAL: an
 * unknown escape, an unclosed quote or a NUL; reterr says which. */
int words_split(char *value, size_t *ret_size, Error *reterr);

/* The word after `word` in words of size bytes. word NULL: the first word. Returns NULL at the end. */
const char *words_next(const char *words, size_t size, const char *word);

/* The same for a setting with a single value. A value that begins with a quote is one quoted word, any
 * other value is left as it is. */
int words_unquote(char *value, Error *reterr);
