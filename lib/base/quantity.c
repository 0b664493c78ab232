/* SPDX-License-Identifier: Apache-2.0 */
/* Exact: the digits form one integer, which is then multiplied or divided in 128 bits. */

#include "base/quantity.h"

#include <stdbool.h>

#include "base/string-util.h"

static const struct Suffix {
    const char *text;
    unsigned base, exponent;
    int divide; /* thousandths and less: times 10^-divide */
} suffixes[] = {
    { "", 10, 0 },     { "k", 10, 3 },    { "K", 10, 3 },  { "M", 10, 6 },  { "G", 10, 9 },
    { "T", 10, 12 },   { "P", 10, 15 },   { "E", 10, 18 }, { "Ki", 2, 10 }, { "Mi", 2, 20 },
    { "Gi", 2, 30 },   { "Ti", 2, 40 },   { "Pi", 2, 50 }, { "Ei", 2, 60 }, { "m", 10, 0, 3 },
    { "u", 10, 0, 6 }, { "n", 10, 0, 9 },
};

static const struct Suffix *find_suffix(const char *s)
{
    for (size_t i = 0; i < ELEMENTSOF(suffixes); i++)
        if (streq(suffixes[i].text, s))
            return &suffixes[i];
    return NULL;
}

/* An exponent such as "e3" or "E-3", instead of a suffix. */
static int parse_exponent(const char *s, int *ret)
{
    int64_t value;
    int r;

    if (*s != 'e' && *s != 'E')
        return -EINVAL;
    r = parse_i64(s + 1, &value);
    if (r < 0)
        return r;
    if (value < -64 || value > 64)
        return -ERANGE;
    *ret = (int) value;
    return 0;
}

static bool multiply(unsigned __int128 *value, unsigned factor)
{
    return !__builtin_mul_overflow(*value, (unsigned __int128) factor, value);
}

/* value × 10^tens, rounded up. */
static int scale_by_ten(unsigned __int128 value, int tens, uint64_t *ret)
{
    for (; tens > 0; tens--)
        if (!multiply(&value, 10))
            return -ERANGE;
    for (; tens < 0; tens++)
        value = value / 10 + (value % 10 > 0);
    if (value > INT64_MAX)
        return -ERANGE;
    *ret = (uint64_t) value;
    return 0;
}

int quantity_parse(const char *s, bool milli, uint64_t *ret)
{
    unsigned __int128 value = 0;
    const struct Suffix *suffix;
    int fraction = 0, digits = 0, exponent = 0, r;
    bool point = false;

    s += *s == '+';
    for (; (*s >= '0' && *s <= '9') || (*s == '.' && !point); s++) {
        if (*s == '.') {
            point = true;
            continue;
        }
        if (++digits > 64 || value > UINT64_MAX)
            return -ERANGE;
        value = value * 10 + (unsigned) (*s - '0');
        fraction += point;
    }
    if (digits == 0)
        return -EINVAL;
    suffix = find_suffix(s);
    if (!suffix) {
        r = parse_exponent(s, &exponent);
        if (r < 0)
            return r;
        suffix = &suffixes[0];
    }
    for (unsigned i = 0; value > 0 && i < suffix->exponent; i++)
        if (!multiply(&value, suffix->base))
            return -ERANGE;
    return scale_by_ten(value, exponent - suffix->divide - fraction + (milli ? 3 : 0), ret);
}
