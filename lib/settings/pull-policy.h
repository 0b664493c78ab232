/* SPDX-License-Identifier: Apache-2.0 */
/* When an image that may be in the store is looked for elsewhere. */
#pragma once

typedef enum PullPolicy {
    PULL_POLICY_NEW,    /* when the store has none */
    PULL_POLICY_NEVER,  /* not at all */
    PULL_POLICY_UPDATE, /* always */
    _PULL_POLICY_MAX,
} PullPolicy;

/* The words of --pull-policy=; -EINVAL for any other. */
const char *pull_policy_to_string(PullPolicy policy);
PullPolicy pull_policy_from_string(const char *s);
