/* SPDX-License-Identifier: Apache-2.0 */

#include "unit/machine-name.h"

#include <ctype.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "test.h"

#define TEN "0123456789"

/* As machined wants it. */
static bool is_valid(const char *name)
{
    size_t n = strlen(name);

    if (n == 0 || n > MACHINE_NAME_MAX || !isalnum(name[0]) || !isalnum(name[n - 1]))
        return false;
    for (size_t i = 1; i < n - 1; i++)
        if (name[i] == '.' ? !isalnum(name[i - 1]) || !isalnum(name[i + 1])
                           : name[i] != '-' && !isalnum(name[i]))
            return false;
    return true;
}

static void test_make(void)
{
    static const struct {
        const char *name, *expected;
    } cases[] = {
        { "rkt-web", "rkt-web" },
        { "rkt-web@blue", "rkt-web-blue-bd60d0" },
        { "rkt-web_1", "rkt-web-1-518b12" },
        { "rkt-a:b\\x2dc", "rkt-a-b-x2dc-d0b15c" },
        { "rkt-example.com", "rkt-example.com" },
        { "rkt-a..b", "rkt-a--b-fa277e" },
        { "rkt-a._b.c", "rkt-a--b.c-d11c0f" },
        { "rkt-web_", "rkt-web-95acac" },
        { "rkt-web@", "rkt-web-95a145" },
        { "rkt-web.", "rkt-web-9327eb" },
        { "-rkt", "rkt-32aece" },
        { "rkt-" TEN TEN TEN TEN TEN TEN, "rkt-" TEN TEN TEN TEN TEN TEN },
        { "", NULL },
        { "@_@", NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        char name[MACHINE_NAME_MAX + 1], again[MACHINE_NAME_MAX + 1];

        assert_int(machine_name_make(cases[i].name, name), cases[i].expected ? 0 : -EINVAL);
        if (!cases[i].expected)
            continue;
        assert_str(name, cases[i].expected);
        assert_true(is_valid(name));
        assert_int(machine_name_make(name, again), 0);
        assert_str(again, name);
    }
}

/* One name, one machine. */
static void test_apart(void)
{
    static const char *const names[] = { "rkt-web@a-b", "rkt-web@a_b", "rkt-web-a-b", "rkt-web_a-b",
                                         "rkt-web-a-b_" };
    char made[ELEMENTSOF(names)][MACHINE_NAME_MAX + 1];

    for (size_t i = 0; i < ELEMENTSOF(names); i++) {
        assert_int(machine_name_make(names[i], made[i]), 0);
        for (size_t j = 0; j < i; j++)
            assert_true(strcmp(made[i], made[j]) != 0);
    }
}

/* Names that are too long stay different, and stay the same from one release to the next. */
static void test_long(void)
{
    char a[MACHINE_NAME_MAX + 1], b[MACHINE_NAME_MAX + 1];

    assert_int(machine_name_make("rkt-" TEN TEN TEN TEN TEN TEN "a", a), 0);
    assert_int(machine_name_make("rkt-" TEN TEN TEN TEN TEN TEN "b", b), 0);
    assert_true(strcmp(a, b) != 0);
    assert_true(is_valid(a));
    assert_int(strlen(a), MACHINE_NAME_MAX);
    assert_int(strncmp(a, "rkt-" TEN TEN TEN TEN TEN "012-", 58), 0);
    assert_int(machine_name_make("rkt-" TEN TEN TEN TEN "0.." TEN TEN, a), 0);
    assert_true(is_valid(a));
}

static void test_scope(void)
{
    char name[MACHINE_SCOPE_NAME_MAX];

    assert_str(machine_scope_name("6ba7b810-9dad-41d1-80b4-00c04fd430c8", name),
               "machine-rkt\\x2d6ba7b810\\x2d9dad\\x2d41d1\\x2d80b4\\x2d00c04fd430c8.scope");
    assert_str(machine_scope_name("------------------------------------", name),
               "machine-"
               "rkt\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d"
               "\\x2d"
               "\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d\\x2d."
               "scope");
}

int main(void)
{
    test_make();
    test_apart();
    test_long();
    test_scope();
    return 0;
}
