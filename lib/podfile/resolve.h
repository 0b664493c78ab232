/* SPDX-License-Identifier: Apache-2.0 */
/* From entries to settings: each entry gets its key from the table, values are unquoted and checked, resets
 * and overrides are applied. */
#pragma once

#include "podfile/keys.h"

/* Checks every entry, and then the file as a whole. Invalid entries are marked as dropped, and reterr has
 * the first error; the rest can be used. Returns 0, -EINVAL, or -ENOMEM. Must be called once for each file.
 */
int pod_file_resolve(PodFile *file, Error *reterr);

/* The last entry of that key that is not dropped, or NULL. */
const PodEntry *pod_section_find(const PodSection *section, const char *key);

/* The words of all assignments to the key of `last`, up to and including it, with commas between them, for
 * keys whose assignments are one flag. The caller frees *ret. */
int pod_section_join(const PodSection *section, const PodEntry *last, char **ret);

/* The value of "NAME=…" in the text of a volume or mount, with its length in *ret_n, or NULL. */
const char *pod_value_part(const char *value, const char *name, size_t *ret_n);
