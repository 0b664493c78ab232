/* SPDX-License-Identifier: Apache-2.0 */
/* A seccomp filter of our own processes: a list of system calls; what is not on it does not exist (ENOSYS).
 * mmap(2) is always there, but for memory that is executable or shared. The apps' filters are lib/sandbox's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A call on the list, which is let through only when an argument, as 32 bits, has this value, or another. */
typedef struct CallRule {
    uint16_t call;
    uint8_t argument; /* 0 for the first */
    bool differs;
    uint32_t value;
} CallRule;

/* Each call has to obey all of its rules. Needs no-new-privileges or SYS_ADMIN. */
int call_filter_load_rules(const uint16_t *calls, size_t n_calls, const CallRule *rules, size_t n_rules);

/* The same for calls without rules. */
static inline int call_filter_load(const uint16_t *calls, size_t n)
{
    return call_filter_load_rules(calls, n, NULL, 0);
}
