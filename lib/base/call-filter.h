/* SPDX-License-Identifier: Apache-2.0 */
/* A seccomp filter for our own processes: a list of system calls. Other calls fail with ENOSYS. mmap(2) is
 * always allowed, except for memory that is executable or shared. lib/sandbox has the apps' filters. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Allows a call on the list only if an argument, as 32 bits, has this value, or (differs) another value. */
typedef struct CallRule {
    uint16_t call;
    uint8_t argument; /* 0 for the first */
    bool differs;
    uint32_t value;
} CallRule;

/* A call must satisfy all of its rules. Needs no-new-privileges or SYS_ADMIN. */
int call_filter_load_rules(const uint16_t *calls, size_t n_calls, const CallRule *rules, size_t n_rules);

/* The same for calls without rules. */
static inline int call_filter_load(const uint16_t *calls, size_t n)
{
    return call_filter_load_rules(calls, n, NULL, 0);
}
