/* SPDX-License-Identifier: Apache-2.0 */

#include "printable.h"

#include <string.h>

#include "string-util.h"

static bool is_printable(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } refused[] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },     /* C0, DEL, C1 */
        { 0x061c, 0x061c }, { 0x200e, 0x200f }, /* marks of direction */
        { 0x2028, 0x2029 },                     /* ends of lines and paragraphs */
        { 0x202a, 0x202e }, { 0x2066, 0x2069 }, /* embedded, overridden, isolated directions */
    };

    for (size_t i = 0; i < ELEMENTSOF(refused); i++)
        if (code >= refused[i].first && code <= refused[i].last)
            return false;
    return true;
}

size_t printable_character(const char *s, size_t size)
{
    size_t length;

    if (size > 0 && *s >= ' ' && *s < 0x7f)
        return 1;
    length = utf8_character(s, size);
    return length > 0 && is_printable(utf8_code_point(s, length)) ? length : 0;
}

void string_sanitize(char *s, const char *kept)
{
    size_t size = strlen(s);

    while (size > 0) {
        size_t length = printable_character(s, size);

        if (length == 0 && !strchr(kept, *s)) {
            length = utf8_character(s, size);
            length = length > 0 ? length : 1;
            memset(s, '?', length);
        }
        length = length > 0 ? length : 1;
        s += length;
        size -= length;
    }
}
