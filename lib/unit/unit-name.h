/* SPDX-License-Identifier: Apache-2.0 */
/* Names of systemd units, by the rules of systemd.unit(5). */
#pragma once

#include <stdbool.h>

enum { UNIT_NAME_MAX = 255 };

/* Whether the name is valid and ends with one of systemd's suffixes. Templates ("a@.service") and instances
 * are valid, too. */
bool unit_name_is_valid(const char *name);

/* Whether the part before the suffix is valid: letters, digits, `: - _ . \`, and "@" except at the
 * beginning. */
bool unit_prefix_is_valid(const char *name);

/* The part after the first "@" of a name without suffix: "" for a template, NULL if there is no "@". */
const char *unit_instance(const char *name);
