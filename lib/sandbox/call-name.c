/* SPDX-License-Identifier: Apache-2.0 */

#include "call-name.h"

#include <linux/audit.h>
#include <stddef.h>
#include <string.h>

#include "call-names.h"

static const char native_names[] = CALL_NAMES, names_32[] = CALL_NAMES_32;

static const char *name_in(const char *names, size_t size, uint32_t number)
{
    const char *name = names;

    for (; number > 0 && name < names + size; number--)
        name += strlen(name) + 1;
    return name < names + size && *name ? name : NULL;
}

bool call_is_32bit(uint32_t architecture)
{
    return !(architecture & __AUDIT_ARCH_64BIT) && sizeof(void *) == 8;
}

const char *call_name(uint32_t architecture, uint32_t number)
{
    return call_is_32bit(architecture) ? name_in(names_32, sizeof(names_32), number)
                                       : name_in(native_names, sizeof(native_names), number);
}
