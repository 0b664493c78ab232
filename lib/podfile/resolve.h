/* SPDX-License-Identifier: Apache-2.0 */
/* From entries to settings: each gets its key from the table, values are unquoted and checked, resets and
 * overrides are worked out. */
#pragma once

#include "podfile/keys.h"

/* Looks at every entry, and then at the file as a whole. What is wrong is marked as dropped and the first of
 * it is said; the rest can be used. Returns 0, -EINVAL, or -ENOMEM. Once for each file. */
int pod_file_resolve(PodFile *file, Error *reterr);

/* The last entry of that key that counts, or NULL. */
const PodEntry *pod_section_find(const PodSection *section, const char *key);

/* The words of all assignments to the key of `last`, up to it, with commas between them: a key whose
 * assignments are one flag. *ret is allocated. */
int pod_section_join(const PodSection *section, const PodEntry *last, char **ret);

/* The value of "NAME=…" in a volume or mount as text of length *ret_n, or NULL. */
const char *pod_value_part(const char *value, const char *name, size_t *ret_n);
