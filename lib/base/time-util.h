/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time, in nanoseconds: since the epoch, as the original shows them, or on a clock that nobody
 * can set. */
#pragma once

#include <stdint.h>
#include <time.h>

#include "cleanup.h"

/* Seconds and nanoseconds as nanoseconds. */
static inline int64_t timespec_ns(const struct timespec *ts)
{
    return (int64_t) ts->tv_sec * 1000000000 + ts->tv_nsec;
}

int64_t now_ns(void);       /* since the epoch */
int64_t monotonic_ns(void); /* CLOCK_MONOTONIC, for waiting and measuring */

/* "2016-01-26 14:23:34.631 +0100 CET": local time, milliseconds without trailing zeros. NULL: out of memory.
 */
char *format_timestamp(int64_t ns);

/* "now", "1 second ago", "7 minutes ago", …; "now" also for a future time. NULL: out of memory. */
char *format_ago(int64_t ns, int64_t now);

/* The earlier of two times, of which 0 means "none". */
static inline int64_t earlier_ns(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}
