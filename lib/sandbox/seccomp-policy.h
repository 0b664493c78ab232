/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp while a pod is prepared: an app's sets of system calls become the program that is loaded at its
 * start. seccomp-policy.c has the named sets, the rules for system calls that are newer than those, and the
 * architectures; seccomp-compile.c lays out the program. Part of sandbox_policy (libseccomp, for the
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
    bool bounded; /* names of a retain-set are allowed only with their tests (clone, ioctl, socket, …) */
} SeccompPolicy;

/* Returns 0 with the program, or with *ret NULL and *ret_n 0 if the policy wants no filter. -EINVAL: an
 * unknown set, errno name or system call; reterr names it. */
int seccomp_policy_compile(const SeccompPolicy *policy, struct sock_filter **ret, size_t *ret_n,
                           Error *reterr);

/* Whether it can be compiled. -EINVAL: it cannot; reterr says why. */
int seccomp_policy_check(const SeccompPolicy *policy, Error *reterr);

/* Returns 1 if the policy allows a call, or a use of one, that the default refuses (with an errno or
 * SIGSYS), else 0. Errors are those of seccomp_policy_compile(). */
int seccomp_policy_exceeds_default(const SeccompPolicy *policy, Error *reterr);

/* Compiles the program and writes it to file name of directory dir (0600). Returns 1, or 0 if the policy
 * wants no filter (then there is no file). Compiling takes a fraction of a millisecond, so nothing is
 * cached. */
int seccomp_policy_write(const SeccompPolicy *policy, int dir, const char *name, Error *reterr);
