/* SPDX-License-Identifier: Apache-2.0 */
/* One connection to the system bus. Errors of sd-bus become ours here. Only this module includes sd-bus.h. */
#pragma once

#include <stdint.h>

#include "base/error.h"

typedef struct Bus Bus;

/* Connects; nothing is sent before the first call. -ETIMEDOUT: a call through it, or the wait for its job,
 * takes longer than timeout_ms. -ENOENT or -ECONNREFUSED: there is no bus. */
int bus_open(uint64_t timeout_ms, Bus **ret, Error *reterr);
void bus_free(Bus *bus);
DEFINE_CLEANUP_FUNC(Bus *, bus_free)
