/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: times, sizes, percentages, limits. The grammar is systemd's; generator-grammar.sh tries each
 * case on a real systemd. */

#include "podfile/systemd-values.h"

#include <ctype.h>

#include "base/string-util.h"

int systemd_refuse(const char *value, const char *what, Error *reterr)
{
    return error_set(reterr, -EINVAL, "\"%s\" is not %s; systemd would ignore the line", value, what);
}

/* ----- Numbers ----- */

static const char *const truths[] = {
    "1", "yes", "y", "true", "t", "on", "0", "no", "n", "false", "f", "off"
};

static bool is_bool(const char *value)
{
    for (size_t i = 0; i < ELEMENTSOF(truths); i++)
        if (strcasecmp(value, truths[i]) == 0)
            return true;
    return false;
}

int systemd_check_bool(const Setting *key _unused_, const char *value, Error *reterr)
{
    return is_bool(value) ? 0 : systemd_refuse(value, "a boolean (yes or no)", reterr);
}

int systemd_check_enum(const Setting *key, const char *value, Error *reterr)
{
    _cleanup_free_ char *what = NULL;

    if (is_one_of(value, key->words))
        return 0;
    if (asprintf(&what, "one of %s", key->words) < 0) {
        what = NULL;
        return -ENOMEM;
    }
    return systemd_refuse(value, what, reterr);
}

int systemd_check_number(const Setting *key, const char *value, Error *reterr)
{
    char what[96];
    int64_t n;

    if (parse_i64(*value == '+' ? value + 1 : value, &n) >= 0 && n >= key->min && n <= key->max)
        return 0;
    (void) snprintf(what, sizeof(what), "a number from %lld to %lld", (long long) key->min,
                    (long long) key->max);
    return systemd_refuse(value, what, reterr);
}

int systemd_check_numbers(const Setting *key, const char *value, Error *reterr)
{
    return key->words && is_one_of(value, key->words) ? 0 : systemd_check_number(key, value, reterr);
}

int systemd_check_mode(const Setting *key _unused_, const char *value, Error *reterr)
{
    mode_t mode;

    return parse_mode(value, &mode) >= 0 ? 0 : systemd_refuse(value, "a mode (as 0755)", reterr);
}

/* ----- Times, sizes, percentages ----- */

const char *systemd_skip_blanks(const char *s)
{
    return s + strspn(s, " \t");
}

/* Digits with an optional fraction. NULL: there are none. */
static const char *skip_number(const char *s)
{
    size_t n = strspn(s, "0123456789"), fraction = 0;

    if (s[n] == '.')
        fraction = 1 + strspn(s + n + 1, "0123456789");
    return n == 0 && fraction < 2 ? NULL : s + n + fraction;
}

bool systemd_is_time(const char *value)
{
    static const char units[] = "|s|sec|second|seconds|m|min|minute|minutes|M|month|months|ms|msec|h|hr|hour|"
                                "hours|d|day|days|w|week|weeks"
                                "|y|year|years|us|usec|\xc2\xb5s|\xce\xbcs|ns|nsec|";
    const char *s = systemd_skip_blanks(value);

    if (streq(s, "infinity"))
        return true;
    if (*s == '\0')
        return false;
    while (*s) {
        char unit[16];
        size_t n;

        s = skip_number(s);
        if (!s)
            return false;
        s = systemd_skip_blanks(s);
        n = strcspn(s, "0123456789. \t");
        if (n + 3 > sizeof(unit))
            return false;
        (void) snprintf(unit, sizeof(unit), "|%.*s|", (int) n, s);
        if (n > 0 && !strstr(units, unit))
            return false;
        s = systemd_skip_blanks(s + n);
    }
    return true;
}

int systemd_check_time(const Setting *key _unused_, const char *value, Error *reterr)
{
    return systemd_is_time(value) ? 0 : systemd_refuse(value, "a time (as 90, 1min 30s, infinity)", reterr);
}

/* Several sizes add up, the larger unit first: "1G 500M". */
bool systemd_is_size(const char *value)
{
    static const char units[] = "EPTGMKB";
    const char *s = systemd_skip_blanks(value), *largest = units;

    if (*s == '\0')
        return false;
    while (*s) {
        const char *unit;

        s = skip_number(s);
        if (!s)
            return false;
        s = systemd_skip_blanks(s);
        unit = *s && !isdigit((unsigned char) *s) ? strchr(largest, *s) : units + strlen(units) - 1;
        if (!unit)
            return false;
        s += *s && !isdigit((unsigned char) *s);
        largest = unit + 1;
        s = systemd_skip_blanks(s);
    }
    return true;
}

int systemd_check_size(const Setting *key _unused_, const char *value, Error *reterr)
{
    return systemd_is_size(value) ? 0 : systemd_refuse(value, "a size (as 512M, 1.5G)", reterr);
}

/* "12%", "12.5%", "125‰"; at most 100% unless unbounded. */
static bool is_percentage(const char *value, bool unbounded)
{
    static const struct {
        const char *sign;
        double whole;
        size_t decimals;
    } kinds[] = { { "%", 100, 2 }, { "\xe2\x80\xb0", 1000, 1 }, { "\xe2\x80\xb1", 10000, 0 } };
    const char *end = isdigit((unsigned char) *value) ? skip_number(value) : NULL;
    const char *dot = end ? memchr(value, '.', (size_t) (end - value)) : NULL;

    for (size_t i = 0; end && i < ELEMENTSOF(kinds); i++)
        if (streq(end, kinds[i].sign) && (!dot || (size_t) (end - dot - 1) <= kinds[i].decimals))
            return unbounded || strtod(value, NULL) <= kinds[i].whole;
    return false;
}

static bool is_zero(const char *value)
{
    return value[strspn(value, "0.")] == '\0' || strtod(value, NULL) == 0;
}

int systemd_check_quota(const Setting *key _unused_, const char *value, Error *reterr)
{
    return is_percentage(value, true) && !is_zero(value)
                   ? 0
                   : systemd_refuse(value, "a percentage (as 50%, 150%)", reterr);
}

int systemd_check_percent(const Setting *key _unused_, const char *value, Error *reterr)
{
    return is_percentage(value, false) ? 0 : systemd_refuse(value, "a percentage from 0% to 100%", reterr);
}

/* key->min is 1 if 0 is not a valid limit. */
int systemd_check_memory(const Setting *key, const char *value, Error *reterr)
{
    bool valid = streq(value, "infinity") || is_percentage(value, false) || systemd_is_size(value);

    return valid && (key->min == 0 || !is_zero(value))
                   ? 0
                   : systemd_refuse(value, "a limit of memory (as 512M, 1.5G, 20%, infinity)", reterr);
}

int systemd_check_tasks(const Setting *key _unused_, const char *value, Error *reterr)
{
    uint64_t n;
    bool valid = streq(value, "infinity") || (is_percentage(value, false) && !is_zero(value)) ||
                 (parse_u64(value, &n) >= 0 && n > 0);

    return valid ? 0 : systemd_refuse(value, "a number of tasks (as 500, 10%, infinity)", reterr);
}

/* ----- Limits: [SOFT:]HARD ----- */

static bool is_number(const char *value)
{
    uint64_t n;

    return parse_u64(value, &n) >= 0;
}

static bool is_nice(const char *value)
{
    int64_t n;

    if (*value != '+' && *value != '-')
        return parse_i64(value, &n) >= 0 && n >= 0 && n <= 40;
    return parse_i64(*value == '+' ? value + 1 : value, &n) >= 0 && n >= -20 && n <= 19;
}

static int check_limit(const char *value, bool (*is_valid)(const char *), const char *what, Error *reterr)
{
    const char *colon = strchr(value, ':'), *hard = colon ? colon + 1 : value;
    _cleanup_free_ char *soft = colon ? strndup(value, (size_t) (colon - value)) : strdup(value);

    if (!soft)
        return -ENOMEM;
    return (streq(soft, "infinity") || is_valid(soft)) && (streq(hard, "infinity") || is_valid(hard))
                   ? 0
                   : systemd_refuse(value, what, reterr);
}

int systemd_check_limit_size(const Setting *key _unused_, const char *value, Error *reterr)
{
    return check_limit(value, systemd_is_size, "a limit (as 1G, 512M:1G, infinity)", reterr);
}

int systemd_check_limit_time(const Setting *key _unused_, const char *value, Error *reterr)
{
    return check_limit(value, systemd_is_time, "a limit (as 1min, 30s:1min, infinity)", reterr);
}

int systemd_check_limit_number(const Setting *key _unused_, const char *value, Error *reterr)
{
    return check_limit(value, is_number, "a limit (as 1024, 1024:4096, infinity)", reterr);
}

int systemd_check_nice_limit(const Setting *key _unused_, const char *value, Error *reterr)
{
    return check_limit(value, is_nice, "a limit of the nice level (as +5, 15, infinity)", reterr);
}
