/* SPDX-License-Identifier: Apache-2.0 */

#include "base/printable.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#include "test.h"

static void test_sanitize(void)
{
    static const struct {
        const char *text, *kept, *result;
    } cases[] = {
        { "", "", "" },
        { "a\x1b[31m\x7f", "", "a?[31m?" },
        { "a\tb\n", "\n", "a?b\n" },
        { "a\tb\r\n", "\t", "a\tb??" },
        /* C1 as UTF-8, and beside it what only looks so */
        { "\xc2\x80 \xc2\x9b 1m \xc2\x9f", "", "?? ?? 1m ??" },
        { "\xc2\xa0 \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "",
          "\xc2\xa0 \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
        /* Direction and line ends */
        { "\xd8\x9c \xe2\x80\x8e \xe2\x80\x8f", "", "?? ??? ???" },
        { "\xe2\x80\xa8 \xe2\x80\xa9 \xe2\x80\xaa \xe2\x80\xae", "", "??? ??? ??? ???" },
        { "\xe2\x81\xa5 \xe2\x81\xa6 \xe2\x81\xa9", "", "\xe2\x81\xa5 ??? ???" },
        { "\xe2\x80\xa7 \xe2\x80\xaf", "", "\xe2\x80\xa7 \xe2\x80\xaf" },
        /* Not UTF-8: a terminal of 8 bits takes these for C1 */
        { "\x9b"
          "31m \xff",
          "", "?31m ?" },
        { "\xc2", "", "?" },
        { "\xe2\x80", "", "??" },
        { "\xc0\x9b", "", "??" },
        { "\xed\xa0\x80", "", "???" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        char text[64];

        (void) snprintf(text, sizeof(text), "%s", cases[i].text);
        string_sanitize(text, cases[i].kept);
        assert_str(text, cases[i].result);
    }
}

static void test_character(void)
{
    assert_int(printable_character("", 0), 0);
    assert_int(printable_character("a", 1), 1);
    assert_int(printable_character("\0", 1), 0);
    assert_int(printable_character("\xc3\xa9", 2), 2);
    assert_int(printable_character("\xc3\xa9", 1), 0);
}

int main(void)
{
    test_sanitize();
    test_character();
    return 0;
}
