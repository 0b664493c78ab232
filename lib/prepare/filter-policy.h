/* SPDX-License-Identifier: Apache-2.0 */
/* From an app's isolators to the policy of its system call filter. */
#pragma once

#include "appc/isolators.h"
#include "base/error.h"
#include "sandbox/seccomp-policy.h"

/* *ret borrows its strings from the isolators. -EINVAL: both a retain-set and a remove-set are given. */
int filter_policy_from_isolators(const IsolatorList *isolators, SeccompPolicy *ret, Error *reterr);
