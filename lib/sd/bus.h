/* SPDX-License-Identifier: Apache-2.0 */
/* One connection to the system bus, and the one place where sd-bus errors become ours. Only this module
 * includes sd-bus.h. */
#pragma once

#include <stdint.h>

#include "base/error.h"

typedef struct Bus Bus;

/* Connects; nothing is sent before the first call. Every call made through it, and the wait for its job, ends
 * with -ETIMEDOUT after timeout_ms. -ENOENT or -ECONNREFUSED: there is no bus. */
int bus_open(uint64_t timeout_ms, Bus **ret, Error *reterr);
void bus_free(Bus *bus);
DEFINE_CLEANUP_FUNC(Bus *, bus_free)
