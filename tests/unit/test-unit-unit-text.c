/* SPDX-License-Identifier: Apache-2.0 */

#include "podfile/words.h"
#include "test.h"
#include "unit/unit-name.h"
#include "unit/unit-text.h"

static void test_words(void)
{
    static const struct {
        const char *word, *plain, *exec;
    } cases[] = {
        { "word", "word", "word" },
        { "/a/b-c_d.e,f:g=h@i%n+~^", "/a/b-c_d.e,f:g=h@i%n+~^", "/a/b-c_d.e,f:g=h@i%n+~^" },
        { "", "\"\"", "\"\"" },
        { "two words", "\"two words\"", "\"two words\"" },
        { "$HOME", "$HOME", "$$HOME" },
        { "a\"b\\c", "\"a\\\"b\\\\c\"", "\"a\\\"b\\\\c\"" },
        { "it's", "\"it's\"", "\"it's\"" },
        { ";", "\";\"", "\";\"" },
        { "#x", "\"#x\"", "\"#x\"" },
        { "a\tb\x7f", "\"a\\x09b\\x7f\"", "\"a\\x09b\\x7f\"" },
        { "ä 😀", "\"ä 😀\"", "\"ä 😀\"" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_buffer_ Buffer plain = { 0 }, exec = { 0 };
        size_t size;

        unit_add_word(&plain, UNIT_WORD_PLAIN, cases[i].word);
        unit_add_word(&exec, UNIT_WORD_EXEC, cases[i].word);
        assert_str(plain.data, cases[i].plain);
        assert_str(exec.data, cases[i].exec);
        /* And back, by the same rules that PID 1 has. */
        assert_int(words_split(plain.data, &size, NULL), 0);
        assert_str(plain.data, cases[i].word);
        assert_int(size, strlen(cases[i].word) + 1);
    }
}

static void test_flags(void)
{
    static const struct {
        const char *value, *expected;
    } cases[] = {
        { "web", "--name=web" },
        { "", "--name=" },
        { "two words", "\"--name=two words\"" },
        { "$A", "--name=$$A" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_buffer_ Buffer b = { 0 };

        unit_add_flag(&b, "name", cases[i].value);
        assert_str(b.data, cases[i].expected);
    }
}

static void test_specifiers(void)
{
    assert_int(unit_unknown_specifier("no %% and %i%n"), -1);
    assert_int(unit_unknown_specifier("%%z"), -1);
    assert_int(unit_unknown_specifier("%z"), 'z');
    assert_int(unit_unknown_specifier("%%%"), 0);
}

static void test_names(void)
{
    static const char *const right[] = { "a.service", "a@.service", "a@b.target", "a\\x2db.mount",
                                         "A:b_c-d.1.slice" };
    static const char *const wrong[] = { "",           ".service",    "a",           "a.b",
                                         "@a.service", "a/b.service", "a b.service", "ä.service" };

    for (size_t i = 0; i < ELEMENTSOF(right); i++)
        assert_true(unit_name_is_valid(right[i]));
    for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
        assert_true(!unit_name_is_valid(wrong[i]));
    assert_str(unit_instance("a@b@c"), "b@c");
    assert_str(unit_instance("a@"), "");
    assert_str(unit_instance("a"), NULL);
}

int main(void)
{
    test_words();
    test_flags();
    test_specifiers();
    test_names();
    return 0;
}
