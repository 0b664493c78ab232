/* SPDX-License-Identifier: Apache-2.0 */

#include "filter-policy.h"

int filter_policy_from_isolators(const IsolatorList *isolators, SeccompPolicy *ret, Error *reterr)
{
    const Isolator *retain = isolator_list_find(isolators, ISOLATOR_SECCOMP_RETAIN),
                   *removed = isolator_list_find(isolators, ISOLATOR_SECCOMP_REMOVE),
                   *isolator = retain ? retain : removed;

    if (retain && removed)
        return error_set(reterr, -EINVAL, "only one seccomp isolator may be given");
    *ret = (SeccompPolicy){
        .mode = retain    ? SECCOMP_POLICY_RETAIN
                : removed ? SECCOMP_POLICY_REMOVE
                          : SECCOMP_POLICY_DEFAULT,
        .set = isolator ? isolator->set.names : NULL,
        .errno_name = isolator ? isolator->set.error_name : NULL,
    };
    return 0;
}
