/* SPDX-License-Identifier: Apache-2.0 */

#include "duration.h"

#include <ctype.h>
#include <errno.h>

#include "string-util.h"

static const struct DurationUnit {
    const char *name;
    int64_t ns;
} duration_units[] = {
    { "ns", 1 },
    { "us", 1000 },
    { "µs", 1000 },
    { "ms", 1000 * 1000 },
    { "s", 1000LL * 1000 * 1000 },
    { "m", 60LL * 1000 * 1000 * 1000 },
    { "h", 3600LL * 1000 * 1000 * 1000 },
};

int parse_duration(const char *s, int64_t *ret_ns)
{
    bool negative = *s == '-';
    double total = 0;

    s += negative || *s == '+';
    if (streq(s, "0")) {
        *ret_ns = 0;
        return 0;
    }
    if (*s == '\0')
        return -EINVAL;
    while (*s) {
        const struct DurationUnit *unit = NULL;
        double value = 0, scale = 1;
        size_t n;
        bool digits = false;

        for (; isdigit((unsigned char) *s); s++, digits = true)
            value = value * 10 + (*s - '0');
        if (*s == '.')
            for (s++; isdigit((unsigned char) *s); s++, digits = true)
                value += (*s - '0') * (scale /= 10);
        if (!digits)
            return -EINVAL;
        n = strcspn(s, "0123456789.");
        for (size_t i = 0; i < ELEMENTSOF(duration_units); i++)
            if (strlen(duration_units[i].name) == n && strncmp(s, duration_units[i].name, n) == 0)
                unit = &duration_units[i];
        if (!unit)
            return -EINVAL;
        total += value * (double) unit->ns;
        if (total > 9.2e18)
            return -ERANGE;
        s += n;
    }
    *ret_ns = negative ? -(int64_t) total : (int64_t) total;
    return 0;
}

static const struct DurationUnit timespan_units[] = {
    { "us", 1000 },
    { "usec", 1000 },
    { "ms", 1000000 },
    { "msec", 1000000 },
    { "", 1000000000 },
    { "s", 1000000000 },
    { "sec", 1000000000 },
    { "second", 1000000000 },
    { "seconds", 1000000000 },
    { "m", 60000000000 },
    { "min", 60000000000 },
    { "minute", 60000000000 },
    { "minutes", 60000000000 },
    { "h", 3600000000000 },
    { "hr", 3600000000000 },
    { "hour", 3600000000000 },
    { "hours", 3600000000000 },
};

int parse_timespan(const char *s, int64_t *ret_ns)
{
    static const char blanks[] = " \t";
    int64_t total = 0;

    s += strspn(s, blanks);
    if (*s == '\0')
        return -EINVAL;
    while (*s) {
        const struct DurationUnit *unit = NULL;
        int64_t value = 0;
        size_t n;

        if (!isdigit((unsigned char) *s))
            return -EINVAL;
        for (; isdigit((unsigned char) *s); s++)
            if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *s - '0', &value))
                return -ERANGE;
        s += strspn(s, blanks);
        n = strcspn(s, "0123456789 \t");
        for (size_t i = 0; i < ELEMENTSOF(timespan_units); i++)
            if (strlen(timespan_units[i].name) == n && strncmp(s, timespan_units[i].name, n) == 0)
                unit = &timespan_units[i];
        if (!unit)
            return -EINVAL;
        if (__builtin_mul_overflow(value, unit->ns, &value) || __builtin_add_overflow(total, value, &total))
            return -ERANGE;
        s += n;
        s += strspn(s, blanks);
    }
    *ret_ns = total;
    return 0;
}

/* Writes value / unit with as many decimals as it needs. */
static void add_fraction(Buffer *b, uint64_t value, uint64_t unit, const char *name)
{
    char digits[24];
    size_t n;

    buffer_addf(b, "%llu", (unsigned long long) (value / unit));
    if (value % unit > 0) {
        int width = 0;

        for (uint64_t u = unit; u > 1; u /= 10)
            width++;
        n = (size_t) snprintf(digits, sizeof(digits), "%0*llu", width, (unsigned long long) (value % unit));
        while (n > 0 && digits[n - 1] == '0')
            digits[--n] = '\0';
        buffer_addf(b, ".%s", digits);
    }
    buffer_adds(b, name);
}

char *format_duration(int64_t ns)
{
    _cleanup_buffer_ Buffer b = { 0 };
    uint64_t value = ns < 0 ? 0 - (uint64_t) ns : (uint64_t) ns;
    const uint64_t second = 1000000000ULL;
    char *text;

    if (ns < 0)
        buffer_adds(&b, "-");
    if (value == 0)
        buffer_adds(&b, "0s");
    else if (value < 1000)
        add_fraction(&b, value, 1, "ns");
    else if (value < 1000000)
        add_fraction(&b, value, 1000, "µs");
    else if (value < second)
        add_fraction(&b, value, 1000000, "ms");
    else {
        if (value >= 3600 * second)
            buffer_addf(&b, "%lluh", (unsigned long long) (value / (3600 * second)));
        if (value >= 60 * second)
            buffer_addf(&b, "%llum", (unsigned long long) (value / (60 * second) % 60));
        add_fraction(&b, value % (60 * second), second, "s");
    }
    return buffer_steal(&b, &text) < 0 ? NULL : text;
}
