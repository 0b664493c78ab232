/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that the init clones, and that have none of its rights, memory and descriptors. One of them is in
 * the apps' pid namespace, where an app may trace it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/call-filter.h"

/* Clones a process that calls run(userdata), on a stack of its own, and ends with what that returns. Its
 * signals are blocked as ours. What userdata points to is gone after bare_forget(). */
pid_t bare_clone(int (*run)(void *), void *userdata);

typedef struct BareCalls {
    const uint16_t *calls;
    size_t n_calls;
    const CallRule *rules;
    size_t n_rules;
} BareCalls;

/* In it: closes all descriptors but keep (sorted up), gives up all rights, and lets no system calls through
 * but these (ENOSYS) and mmap(2) of memory that is not executable. */
int bare_confine(const char *name, const int *keep, size_t n_keep, const BareCalls *calls);

/* In it: zeroes all memory but the program's own (statics stay), libc's included. From now on only syscall(2)
 * is left, and madvise(2) must be among those calls. The caller may not return from its function any more. */
void bare_forget(void);

/* Drops the program's pages from memory. What is needed comes back, a few at a time. */
void bare_forget_program(void);
