/* SPDX-License-Identifier: Apache-2.0 */

#include "base/time-util.h"

#include <time.h>

#include "test.h"

static void test_timestamp(void)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        { 1453814614631000000, "2016-01-26 13:23:34.631 +0000 UTC" },
        { 1453814614100999999, "2016-01-26 13:23:34.1 +0000 UTC" },
        { 1453814614000999999, "2016-01-26 13:23:34 +0000 UTC" },
        { 1453814614020000000, "2016-01-26 13:23:34.02 +0000 UTC" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_free_ char *text = format_timestamp(cases[i].ns);

        assert_str(text, cases[i].text);
    }
}

static void test_ago(void)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        { -5, "now" },
        { 0, "now" },
        { 1, "1 second ago" },
        { 7, "7 seconds ago" },
        { 60, "1 minute ago" },
        { 3599, "59 minutes ago" },
        { 7200, "2 hours ago" },
        { 86400, "1 day ago" },
        { 14 * 86400, "2 weeks ago" },
        { 61 * 86400, "2 months ago" },
        { 800 * 86400LL, "2 years ago" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_free_ char *text = format_ago(1000000000000, 1000000000000 + cases[i].seconds * 1000000000);

        assert_str(text, cases[i].text);
    }
}

int main(void)
{
    (void) setenv("TZ", "UTC", 1);
    tzset();
    test_timestamp();
    test_ago();
    return 0;
}
