/* SPDX-License-Identifier: Apache-2.0 */
/* When an image is fetched although it may be in the store. */
#pragma once

typedef enum PullPolicy {
    PULL_POLICY_NEW,    /* only if the store does not have it */
    PULL_POLICY_NEVER,  /* never */
    PULL_POLICY_UPDATE, /* always */
    _PULL_POLICY_MAX,
} PullPolicy;

/* The words of --pull-policy=; -EINVAL for any other word. */
const char *pull_policy_to_string(PullPolicy policy);
PullPolicy pull_policy_from_string(const char *s);
