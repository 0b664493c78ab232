/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp, when a pod is prepared: an app's sets of system calls become the program that its start loads as
 * it is. Named sets, the judgement on system calls younger than those sets, and the architectures are in
 * seccomp-policy.c; the program is laid out by seccomp-compile.c. Part of sandbox_policy (libseccomp, for the
 * names). */
#pragma once

#include <linux/filter.h>
#include <stddef.h>

#include "base/error.h"

typedef enum SeccompMode {
    SECCOMP_POLICY_DEFAULT, /* no isolator: the default set */
    SECCOMP_POLICY_RETAIN,  /* os/linux/seccomp-retain-set: only these */
    SECCOMP_POLICY_REMOVE,  /* os/linux/seccomp-remove-set: all but these */
} SeccompMode;

typedef struct SeccompPolicy {
    SeccompMode mode;
    char *const *set;       /* not owned; names of system calls and "@…" sets; NULL with the default */
    const char *errno_name; /* not owned; "EPERM"; NULL or "": a call that is not allowed ends in SIGSYS */
    bool bounded; /* a retain-set's names are allowed under their tests only (clone, ioctl, socket, …) */
} SeccompPolicy;

/* Returns 0 with the program, or with *ret NULL and *ret_n 0 when the policy wants no filter. Unknown sets,
 * errno names and system calls are -EINVAL and said. */
int seccomp_policy_compile(const SeccompPolicy *policy, struct sock_filter **ret, size_t *ret_n,
                           Error *reterr);

/* Whether it can be compiled: -EINVAL with words when not. */
int seccomp_policy_check(const SeccompPolicy *policy, Error *reterr);

/* Returns 1 when the policy allows a call, or a use of one, that the default refuses (an errno and SIGSYS are
 * refusals alike), 0 when not. Errors as those of seccomp_policy_compile(). */
int seccomp_policy_exceeds_default(const SeccompPolicy *policy, Error *reterr);

/* Compiles and writes the program as file name of directory dir (0600). Returns 1, or 0 when the policy wants
 * no filter (then there is no file). Compiling takes a fraction of a millisecond, so nothing is cached. */
int seccomp_policy_write(const SeccompPolicy *policy, int dir, const char *name, Error *reterr);
