/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities of the Kubernetes resource model, as text: "128M", "500m", "1Gi", "0.5", "1e3". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Digits, an optional fraction, then a suffix (n u m k K M G T P E, Ki Mi Gi Ti Pi Ei) or an exponent. *ret
 * is in thousandths with milli, else in units, rounded up as in Kubernetes. -EINVAL: not a quantity, or
 * negative; -ERANGE: too large. */
int quantity_parse(const char *s, bool milli, uint64_t *ret);
