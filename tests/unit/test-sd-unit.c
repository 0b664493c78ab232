/* SPDX-License-Identifier: Apache-2.0 */
/* What of lib/sd needs no bus; the rest is tested on machines (tests/integration/register.sh). */

#include "sd/unit.h"

#include "test.h"

int main(void)
{
    char name[MACHINE_SCOPE_NAME_MAX];

    assert_str(machine_scope_name("6ba7b810-9dad-41d1-80b4-00c04fd430c8", name),
               "machine-rkt\\x2d6ba7b810\\x2d9dad\\x2d41d1\\x2d80b4\\x2d00c04fd430c8.scope");
    assert_str(machine_scope_name("------------------------------------", name),
               "machine-"
               "rkt\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d"
               "\\x2d"
               "\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d."
               "scope");
    return 0;
}
