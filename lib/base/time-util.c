/* SPDX-License-Identifier: Apache-2.0 */

#include "time-util.h"

#include <string.h>
#include <time.h>

enum {
    MINUTE = 60,
    HOUR = 60 * MINUTE,
    DAY = 24 * HOUR,
    WEEK = 7 * DAY,
    MONTH = 30 * DAY,
    YEAR = 12 * MONTH
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec ts;

    (void) clock_gettime(clock, &ts);
    return timespec_ns(&ts);
}

int64_t now_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

int64_t monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

char *format_timestamp(int64_t ns)
{
    time_t seconds = (time_t) (ns / 1000000000);
    int milliseconds = (int) (ns % 1000000000 / 1000000);
    char date[32], zone[32], fraction[8] = "", *text;
    struct tm tm;

    if (!localtime_r(&seconds, &tm))
        return strdup("");
    (void) strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
    (void) strftime(zone, sizeof(zone), "%z %Z", &tm);
    if (milliseconds > 0) {
        size_t n = (size_t) snprintf(fraction, sizeof(fraction), ".%03d", milliseconds % 1000);

        while (fraction[n - 1] == '0')
            fraction[--n] = '\0';
    }
    return asprintf(&text, "%s%s %s", date, fraction, zone) < 0 ? NULL : text;
}

char *format_ago(int64_t ns, int64_t now)
{
    static const struct {
        int64_t below; /* seconds */
        int unit;      /* 0: the text as it is */
        const char *text;
    } steps[] = {
        { 1, 0, "now" },
        { 2, 0, "1 second ago" },
        { MINUTE, 1, "seconds" },
        { 2 * MINUTE, 0, "1 minute ago" },
        { HOUR, MINUTE, "minutes" },
        { 2 * HOUR, 0, "1 hour ago" },
        { DAY, HOUR, "hours" },
        { 2 * DAY, 0, "1 day ago" },
        { WEEK, DAY, "days" },
        { 2 * WEEK, 0, "1 week ago" },
        { MONTH, WEEK, "weeks" },
        { 2 * MONTH, 0, "1 month ago" },
        { YEAR, MONTH, "months" },
        { 2 * YEAR, 0, "1 year ago" },
        { INT64_MAX, YEAR, "years" },
    };
    int64_t seconds = (now - ns) / 1000000000;
    char *text;
    size_t i = 0;

    while (seconds >= steps[i].below)
        i++;
    if (steps[i].unit == 0)
        return strdup(steps[i].text);
    return asprintf(&text, "%d %s ago", (int) (seconds / steps[i].unit), steps[i].text) < 0 ? NULL : text;
}
