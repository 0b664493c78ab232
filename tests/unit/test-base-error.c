/* SPDX-License-Identifier: Apache-2.0 */

#include "base/error.h"

#include "test.h"

static void test_chain(void)
{
    _cleanup_error_ Error error = ERROR_INIT;

    assert_int(error_set(&error, -EINVAL, "innermost %d", 1), -EINVAL);
    assert_int(error_prefix(&error, -EINVAL, "outer"), -EINVAL);
    assert_str(error_cause(&error), "innermost 1");
    assert_int(error.n, 2);
    assert_str(error.chain[1], "outer");
    assert_int(error_set_errno(&error, -ENOENT, "file"), -ENOENT);
    assert_str(error_cause(&error), "file: No such file or directory");
    assert_int(error.n, 1);
    assert_int(error_set(NULL, -EIO, "nobody listens"), -EIO);

    for (unsigned i = 0; i < 2 * ERROR_CHAIN_MAX; i++)
        (void) error_prefix(&error, -EIO, "%u", i);
    assert_int(error.n, ERROR_CHAIN_MAX);
}

static void test_prefix_alone(void)
{
    _cleanup_error_ Error error = ERROR_INIT;

    assert_int(error_prefix(&error, -EPERM, "outer"), -EPERM);
    assert_str(error_cause(&error), "Operation not permitted");
}

static void test_control_characters(void)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        { "a\n<0>b\tc", "a?<0>b\tc" },
        { "\x1b[2J\x7f\r", "?[2J??" },
        { "\xc2\x9b"
          "31m",
          "??31m" },
        { "ä\xc2\xa0€", "ä\xc2\xa0€" },
        { "\xc2", "?" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_error_ Error error = ERROR_INIT;

        (void) error_set(&error, -EINVAL, "%s", cases[i].text);
        assert_str(error_cause(&error), cases[i].shown);
    }
}

static void test_print(void)
{
    static const struct {
        const char *cause, *outer;
        bool debug;
        const char *printed;
    } cases[] = {
        { NULL, NULL, false, "verb: Cannot allocate memory\n" },
        { NULL, NULL, true, "verb: Cannot allocate memory\n" },
        { "a", NULL, false, "verb: a\n" },
        { "a", "b", false, "verb: b: a\n" },
        { "a", "b", true, "verb: b\n  └─a\n" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_error_ Error error = ERROR_INIT;
        char *printed = NULL;
        size_t size;
        FILE *standard = stderr, *captured = open_memstream(&printed, &size);

        assert_true(captured != NULL);
        if (cases[i].cause)
            (void) error_set(&error, -ENOMEM, "%s", cases[i].cause);
        if (cases[i].outer)
            (void) error_prefix(&error, -ENOMEM, "%s", cases[i].outer);
        stderr = captured;
        error_print(&error, -ENOMEM, "verb", cases[i].debug);
        (void) fclose(stderr);
        stderr = standard;
        assert_str(printed, cases[i].printed);
        free(printed);
    }
}

int main(void)
{
    test_chain();
    test_prefix_alone();
    test_control_characters();
    test_print();
    return 0;
}
