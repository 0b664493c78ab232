/* SPDX-License-Identifier: Apache-2.0 */
/* list-keys: prints the keys of pod files as the tables have them, `SECTION KEY USE FLAG` a line; "-": no
 * flag. */

#include <stdio.h>

#include "podfile/keys.h"

int main(void)
{
    static const char *const uses[] = {
        [SETTING_FLAG] = "flag",     [SETTING_OWN] = "own",       [SETTING_PASS] = "pass",
        [SETTING_APPEND] = "append", [SETTING_REFUSE] = "refuse",
    };

    for (PodSectionKind kind = 0; kind < _POD_SECTION_MAX; kind++) {
        size_t n;
        const Setting *keys = pod_keys(kind, &n);

        for (size_t i = 0; i < n; i++)
            printf("%s %s %s %s\n", pod_section_to_string(kind), keys[i].key, uses[keys[i].use],
                   keys[i].flag ? keys[i].flag : "-");
    }
    return 0;
}
