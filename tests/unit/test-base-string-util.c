/* SPDX-License-Identifier: Apache-2.0 */

#include "base/duration.h"
#include "base/string-util.h"

#include "test.h"

static void test_duration(void)
{
    static const struct {
        const char *text;
        int64_t ns;
        const char *formatted; /* NULL: an error */
    } cases[] = {
        { "30m", 1800LL * 1000000000, "30m0s" },
        { "12h", 43200LL * 1000000000, "12h0m0s" },
        { "1h30m5.5s", 5405500000000LL, "1h30m5.5s" },
        { "0", 0, "0s" },
        { "250ms", 250000000, "250ms" },
        { "-3s", -3000000000LL, "-3s" },
        { "", 0, NULL },
        { "5", 0, NULL },
        { "s", 0, NULL },
        { "1x", 0, NULL },
        { "9999999999h", 0, NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_free_ char *text = NULL;
        int64_t ns = 0;
        int r = parse_duration(cases[i].text, &ns);

        if (!cases[i].formatted) {
            assert_true(r < 0);
            continue;
        }
        assert_int(r, 0);
        assert_int(ns, cases[i].ns);
        text = format_duration(ns);
        assert_str(text, cases[i].formatted);
    }
}

static void test_timespan(void)
{
    static const struct {
        const char *text;
        int64_t ns; /* -1: an error */
    } cases[] = {
        { "90", 90000000000 },
        { "1min 30s", 90000000000 },
        { "1h30m", 5400000000000 },
        { " 5 sec ", 5000000000 },
        { "500ms", 500000000 },
        { "0", 0 },
        { "", -1 },
        { " ", -1 },
        { "s", -1 },
        { "-5", -1 },
        { "5x", -1 },
        { "5 s s", -1 },
        { "infinity", -1 },
        { "99999999999", -1 },
        { "99999999999999999999", -1 },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        int64_t ns = -1;
        int r = parse_timespan(cases[i].text, &ns);

        assert_int(r >= 0, cases[i].ns >= 0);
        assert_int(ns, cases[i].ns);
    }
}

static void test_vectors(void)
{
    _cleanup_strv_ char **v = NULL, **copy = NULL;
    _cleanup_free_ char *joined = NULL;

    for (unsigned i = 0; i < 100; i++)
        assert_int(strv_extendf(&v, "%u", i), 0);
    assert_int(strv_length(v), 100);
    assert_str(v[99], "99");
    assert_true(strv_contains(v, "42"));
    assert_int(strv_set_variable(&v, "A", "1"), 0);
    assert_int(strv_set_variable(&v, "AB", "2"), 0);
    assert_int(strv_set_variable(&v, "A", "3"), 0);
    assert_int(strv_length(v), 102);
    assert_str(v[100], "A=3");
    assert_str(v[101], "AB=2");
    assert_int(strv_split(" a  b,c ", " ,", &copy), 0);
    joined = strv_join(copy, "-");
    assert_str(joined, "a-b-c");
}

static void test_concatenation(void)
{
    _cleanup_free_ char *text = string_concat("a", "", "bc", "d"), *empty = string_concat("");
    _cleanup_buffer_ Buffer b = { 0 };

    assert_str(text, "abcd");
    assert_str(empty, "");
    for (unsigned i = 0; i < 100; i++)
        buffer_add_all(&b, "1234", "567", "8\n");
    assert_int(buffer_error(&b), 0);
    assert_int(b.size, 900);
    assert_str(b.data + 882, "12345678\n12345678\n");
}

static void test_numbers(void)
{
    uint64_t u;
    int64_t s;
    mode_t mode;

    assert_int(parse_u64("18446744073709551615", &u), 0);
    assert_int(parse_u64("18446744073709551616", &u), -ERANGE);
    assert_int(parse_u64("-1", &u), -EINVAL);
    assert_int(parse_u64("1 ", &u), -EINVAL);
    assert_int(parse_i64("-9223372036854775808", &s), 0);
    assert_true(s == INT64_MIN);
    assert_int(parse_i64("9223372036854775808", &s), -ERANGE);
    assert_int(parse_mode("0755", &mode), 0);
    assert_int(mode, 0755);
    assert_int(parse_mode("789", &mode), -EINVAL);
    assert_int(parse_mode("17777", &mode), -ERANGE);
    assert_int(parse_bool("true"), 1);
    assert_int(parse_bool("0"), 0);
    assert_int(parse_bool("maybe"), -EINVAL);
}

static void test_nearest(void)
{
    static const char *const names[] = { "volume", "mount", "memory" };

    assert_str(nearest_string("volum", names, ELEMENTSOF(names)), "volume");
    assert_str(nearest_string("Memroy", names, ELEMENTSOF(names)), "memory");
    assert_str(nearest_string("zzzzzz", names, ELEMENTSOF(names)), NULL);
}

static void test_is_one_of(void)
{
    assert_true(is_one_of("a", "a|bc|d"));
    assert_true(is_one_of("bc", "a|bc|d"));
    assert_true(is_one_of("d", "a|bc|d"));
    assert_true(is_one_of("s", "|s|sec"));
    assert_true(!is_one_of("b", "a|bc|d"));
    assert_true(!is_one_of("a|bc", "a|bc|d"));
    assert_true(!is_one_of("", "|s"));
    assert_true(!is_one_of("x", ""));
}

int main(void)
{
    test_is_one_of();
    test_duration();
    test_timespan();
    test_vectors();
    test_concatenation();
    test_numbers();
    test_nearest();
    return 0;
}
