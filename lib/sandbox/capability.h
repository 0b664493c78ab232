/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities as a mask of bits (capabilities(7)): names, an app's set, and how a process is reduced to it.
 * When in an app's start each of these happens is said in confine.c alone. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* "CAP_KILL", "KILL" and "kill" are the same. Returns the bit's number or -EINVAL. */
int capability_from_name(const char *name);
const char *capability_to_name(unsigned capability); /* "CAP_KILL"; NULL: unknown */

/* The set of an app: retain (NULL: the default) without remove (NULL: nothing). Both NULL: the default.
 * Vectors end with NULL. An unknown name is -EINVAL and said. */
int capability_mask_from_sets(char *const *retain, char *const *remove, uint64_t *ret, Error *reterr);

/* Takes all but mask out of the calling thread's bounding set, and empties its ambient set. Needs SETPCAP. */
int capability_bound(uint64_t mask);

/* Makes mask, as far as it is permitted, the permitted and the effective set and empties the inheritable one.
 */
int capability_set(uint64_t mask);
