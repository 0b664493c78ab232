/* SPDX-License-Identifier: Apache-2.0 */

#include "podfile/words.h"
#include "test.h"

static void test_split(void)
{
    static const struct {
        const char *value;
        const char *words[6];
        int r;
    } cases[] = {
        { "", { NULL }, 0 },
        { "  \t ", { NULL }, 0 },
        { "one", { "one" }, 0 },
        { " one  two\tthree ", { "one", "two", "three" }, 0 },
        { "\"one two\" three", { "one two", "three" }, 0 },
        { "'a\"b' \"c'd\"", { "a\"b", "c'd" }, 0 },
        { "a'b c'd", { "ab cd" }, 0 },
        { "\"\" x ''", { "", "x", "" }, 0 },
        { "a\\tb \\x41 \\101 \\u00e4 \\U0001f600 \\s", { "a\tb", "A", "A", "ä", "😀", " " }, 0 },
        { "'\\\\' \\\"", { "\\", "\"" }, 0 },
        { "a \\; b", { "a", ";", "b" }, 0 },
        { "a\\", { NULL }, -EINVAL },
        { "\\q", { NULL }, -EINVAL },
        { "a\\;", { NULL }, -EINVAL },
        { "\\x4", { NULL }, -EINVAL },
        { "\\x00", { NULL }, -EINVAL },
        { "\\400", { NULL }, -EINVAL },
        { "\\ud800", { NULL }, -EINVAL },
        { "\"open", { NULL }, -EINVAL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_free_ char *value = strdup(cases[i].value);
        const char *word = NULL;
        size_t size;

        assert_int(words_split(value, &size, NULL), cases[i].r);
        for (size_t k = 0; cases[i].r == 0 && k < ELEMENTSOF(cases[i].words); k++) {
            word = words_next(value, size, word);
            assert_str(word, cases[i].words[k]);
            if (!word)
                break;
        }
    }
}

static void test_unquote(void)
{
    static const struct {
        const char *value, *expected;
    } cases[] = {
        { "plain \\d \"x\"", "plain \\d \"x\"" },
        { "\"two words\"", "two words" },
        { "''", "" },
        { "\"a\" b", NULL },
        { "\"a", NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_free_ char *value = strdup(cases[i].value);

        assert_int(words_unquote(value, NULL), cases[i].expected ? 0 : -EINVAL);
        if (cases[i].expected)
            assert_str(value, cases[i].expected);
    }
}

int main(void)
{
    test_split();
    test_unquote();
    return 0;
}
