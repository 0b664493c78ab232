/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of time as text, in the original's form (Go's) and in systemd's. The whole string must be the
 * value, else -EINVAL; -ERANGE: out of range. */
#pragma once

#include <stdint.h>

/* Go's form: "1h30m", "500ms", "1.5s", "-2s", "0". */
int parse_duration(const char *s, int64_t *ret_ns);

/* The form of systemd.time(7): "90" (seconds), "1min 30s", "500ms". Negative values are not valid. */
int parse_timespan(const char *s, int64_t *ret_ns);

/* Go's form: "30m0s", "1.5s". NULL: out of memory. */
char *format_duration(int64_t ns);
