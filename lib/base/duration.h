/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of time as text: the original's, which are Go's, and systemd's. The whole string must be the value,
 * else -EINVAL; out of range is -ERANGE. */
#pragma once

#include <stdint.h>

/* Go's: "1h30m", "500ms", "1.5s", "-2s", "0". */
int parse_duration(const char *s, int64_t *ret_ns);

/* systemd.time(7)'s: "90" (seconds), "1min 30s", "500ms"; none is negative. */
int parse_timespan(const char *s, int64_t *ret_ns);

/* Go's: "30m0s", "1.5s". NULL: out of memory. */
char *format_duration(int64_t ns);
