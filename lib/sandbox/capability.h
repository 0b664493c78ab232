/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities as a mask of bits (capabilities(7)): names, an app's set, and how a process is reduced to
 * it. confine.c has the order of these steps in an app's start. */
#pragma once

#include <stdint.h>

#include "base/error.h"

/* "CAP_KILL", "KILL" and "kill" are the same. Returns the bit's number, or -EINVAL. */
int capability_from_name(const char *name);
const char *capability_to_name(unsigned capability); /* "CAP_KILL"; NULL: unknown */

/* The set of an app: retain (NULL: the default) without remove (NULL: none). Both NULL: the default.
 * Vectors end with NULL. -EINVAL: an unknown name; reterr is set. */
int capability_mask_from_sets(char *const *retain, char *const *remove, uint64_t *ret, Error *reterr);

/* Removes all but mask from the calling thread's bounding set, and empties its ambient set. Needs SETPCAP. */
int capability_bound(uint64_t mask);

/* Sets the permitted and the effective set to mask, as far as it is permitted, and empties the inheritable
 * one. */
int capability_set(uint64_t mask);
