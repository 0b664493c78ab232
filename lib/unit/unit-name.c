/* SPDX-License-Identifier: Apache-2.0 */

#include "unit/unit-name.h"

#include <ctype.h>

#include "base/string-util.h"

static const char *const suffixes[] = { ".service", ".socket", ".target", ".device", ".mount", ".automount",
                                        ".swap",    ".timer",  ".path",   ".slice",  ".scope" };

static bool chars_are_valid(const char *name, size_t n)
{
    if (n == 0 || name[0] == '@')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!(isascii(name[i]) && isalnum((unsigned char) name[i])) && !strchr(":-_.\\@", name[i]))
            return false;
    return true;
}

bool unit_prefix_is_valid(const char *name)
{
    return chars_are_valid(name, strlen(name));
}

bool unit_name_is_valid(const char *name)
{
    size_t n = strlen(name);

    if (n > UNIT_NAME_MAX)
        return false;
    for (size_t i = 0; i < ELEMENTSOF(suffixes); i++)
        if (endswith(name, suffixes[i]))
            return chars_are_valid(name, n - strlen(suffixes[i]));
    return false;
}

const char *unit_instance(const char *name)
{
    const char *at = strchr(name, '@');

    return at ? at + 1 : NULL;
}
