/* SPDX-License-Identifier: Apache-2.0 */

#include "settings/pull-policy.h"

#include "base/string-util.h"

static const char *const pull_policy_table[_PULL_POLICY_MAX] = {
    [PULL_POLICY_NEW] = "new",
    [PULL_POLICY_NEVER] = "never",
    [PULL_POLICY_UPDATE] = "update",
};
DEFINE_STRING_TABLE(pull_policy, PullPolicy)
