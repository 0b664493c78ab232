/* SPDX-License-Identifier: Apache-2.0 */
/* Lays out a seccomp program: for each architecture a verdict for every number of a system call becomes a
 * binary tree over ranges of equal verdict, so that a call costs six or seven comparisons and the program
 * stays small. Knows no names. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* One of the call's arguments decides (its lower 32 bits: all that the kernel takes of those tested), or it
 * decides which test comes next. */
typedef struct SeccompTest {
    unsigned argument;
    uint32_t mask;
    const uint32_t *values; /* not owned */
    size_t n_values;
    uint32_t equal,
            otherwise; /* SECCOMP_RET_*: when the masked argument is one of the values, and when not */
    const struct SeccompTest *equal_test,
            *otherwise_test; /* not owned; where not NULL, instead of the action */
} SeccompTest;

typedef struct SeccompVerdict {
    uint32_t action;         /* SECCOMP_RET_* */
    const SeccompTest *test; /* not owned; NULL: the action */
} SeccompVerdict;

/* From number first up to the next range's. */
typedef struct SeccompRange {
    uint32_t first;
    SeccompVerdict verdict;
} SeccompRange;

typedef struct SeccompArchitecture {
    uint32_t audit;             /* AUDIT_ARCH_* */
    const SeccompRange *ranges; /* not owned; sorted up, the first begins at 0 */
    size_t n_ranges;
} SeccompArchitecture;

/* Any other architecture ends in SIGSYS. Writes at most BPF_MAXINSNS instructions into program and returns
 * their number, or -E2BIG. */
int seccomp_compile(const SeccompArchitecture *architectures, size_t n,
                    struct sock_filter program[static BPF_MAXINSNS]);
