/* SPDX-License-Identifier: Apache-2.0 */
/* Compiles a seccomp program: for each architecture, the verdicts for all numbers of system calls become a
 * binary tree over ranges of equal verdict. So a call costs six or seven comparisons and the program stays
 * small. Works with numbers only, not names. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* A test of an argument (of its lower 32 bits, which is all that the kernel uses of the tested ones) that
 * gives the verdict or selects the next test. */
typedef struct SeccompTest {
    unsigned argument;
    uint32_t mask;
    const uint32_t *values; /* not owned */
    size_t n_values;
    uint32_t equal, otherwise; /* SECCOMP_RET_*: if the masked argument is one of the values, and if not */
    const struct SeccompTest *equal_test,
            *otherwise_test; /* not owned; if not NULL, used instead of the action */
} SeccompTest;

typedef struct SeccompVerdict {
    uint32_t action;         /* SECCOMP_RET_* */
    const SeccompTest *test; /* not owned; NULL: the action */
} SeccompVerdict;

/* From number first up to the beginning of the next range. */
typedef struct SeccompRange {
    uint32_t first;
    SeccompVerdict verdict;
} SeccompRange;

typedef struct SeccompArchitecture {
    uint32_t audit;             /* AUDIT_ARCH_* */
    const SeccompRange *ranges; /* not owned; sorted, the first begins at 0 */
    size_t n_ranges;
} SeccompArchitecture;

/* Any other architecture ends in SIGSYS. Writes at most BPF_MAXINSNS instructions to program and returns
 * their number, or -E2BIG. */
int seccomp_compile(const SeccompArchitecture *architectures, size_t n,
                    struct sock_filter program[static BPF_MAXINSNS]);
