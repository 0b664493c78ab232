/* SPDX-License-Identifier: Apache-2.0 */

#include "signal-name.h"

#include <signal.h>
#include <stdint.h>

#include "string-util.h"

/* The part after RTMIN or RTMAX: nothing, "+N" or "-N". */
static int realtime_signal(int base, const char *offset)
{
    int64_t n = 0;

    if (*offset != '\0' && ((*offset != '+' && *offset != '-') || parse_i64(offset + 1, &n) < 0 || n < 0))
        return -EINVAL;
    n = base + (*offset == '-' ? -n : n);
    return n >= SIGRTMIN && n <= SIGRTMAX ? (int) n : -EINVAL;
}

int signal_from_name(const char *name)
{
    const char *rest = startswith(name, "SIG"), *offset;
    uint64_t number;

    if (!rest)
        rest = name;
    if ((offset = startswith(rest, "RTMIN")))
        return realtime_signal(SIGRTMIN, offset);
    if ((offset = startswith(rest, "RTMAX")))
        return realtime_signal(SIGRTMAX, offset);
    for (int i = 1; i < SIGRTMIN; i++) {
        const char *known = sigabbrev_np(i);

        if (known && streq(known, rest))
            return i;
    }
    if (rest == name && parse_u64(name, &number) >= 0 && number >= 1 && number <= (uint64_t) SIGRTMAX)
        return (int) number;
    return -EINVAL;
}
