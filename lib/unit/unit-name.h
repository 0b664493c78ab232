/* SPDX-License-Identifier: Apache-2.0 */
/* Names of systemd units, as systemd.unit(5) has them. */
#pragma once

#include <stdbool.h>

enum { UNIT_NAME_MAX = 255 };

/* A name with one of systemd's suffixes. Templates ("a@.service") and instances are valid, too. */
bool unit_name_is_valid(const char *name);

/* What may stand before the suffix: letters, digits, `: - _ . \`, and "@" but not first. */
bool unit_prefix_is_valid(const char *name);

/* Behind the first "@" of a name without suffix: "" for a template, NULL when there is none. */
const char *unit_instance(const char *name);
