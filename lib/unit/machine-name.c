/* SPDX-License-Identifier: Apache-2.0 */
/* A name that had to be changed gets a hash of the original name. Otherwise "web_1" and "web@1" would be
 * the same machine, "web-1", with one journal. The hash is FNV-1a, of which six digits are used:
 * administrators choose these names, and people read them. */

#include "unit/machine-name.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/string-util.h"

enum { HASH_DIGITS = 6 };

static bool is_letter_or_digit(char c)
{
    return isalnum((unsigned char) c) && (unsigned char) c < 0x80;
}

/* Of HASH_DIGITS digits. */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        hash = (hash ^ (unsigned char) *name) * UINT64_C(0x100000001b3);
    return (hash ^ hash >> 32) & ((UINT64_C(1) << 4 * HASH_DIGITS) - 1);
}

static size_t trim_end(const char *name, size_t n)
{
    while (n > 0 && !is_letter_or_digit(name[n - 1]))
        n--;
    return n;
}

/* The table: characters that a host name must not contain, and dots in places where they are not allowed. */
static char valid_char(const char *name, size_t i)
{
    if (is_letter_or_digit(name[i]))
        return name[i];
    if (name[i] == '.' && i > 0 && is_letter_or_digit(name[i - 1]) && is_letter_or_digit(name[i + 1]))
        return '.';
    return '-';
}

static bool is_valid(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n > MACHINE_NAME_MAX || !is_letter_or_digit(name[0]) || trim_end(name, n) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (valid_char(name, i) != name[i])
            return false;
    return true;
}

int machine_name_make(const char *name, char ret[static MACHINE_NAME_MAX + 1])
{
    const size_t room = MACHINE_NAME_MAX - HASH_DIGITS - 1;
    size_t n = trim_end(name, strlen(name)), start = 0;

    if (is_valid(name)) {
        memcpy(ret, name, n + 1);
        return 0;
    }
    while (start < n && !is_letter_or_digit(name[start]))
        start++;
    if (start == n)
        return -EINVAL;
    if (n - start > room)
        n = trim_end(name, start + room);
    for (size_t i = start; i < n; i++)
        ret[i - start] = valid_char(name, i);
    (void) snprintf(ret + (n - start), HASH_DIGITS + 2, "-%06" PRIx64, hash_name(name));
    return 0;
}

const char *machine_scope_name(const char *uuid, char ret[static MACHINE_SCOPE_NAME_MAX])
{
    static const char prefix[] = "machine-rkt\\x2d";
    char *to = stpcpy(ret, prefix), *end = ret + MACHINE_SCOPE_NAME_MAX - sizeof("\\x2d.scope");

    for (; *uuid && to <= end; uuid++)
        if (*uuid == '-')
            to = stpcpy(to, "\\x2d");
        else
            *to++ = *uuid;
    (void) stpcpy(to, ".scope");
    return ret;
}
