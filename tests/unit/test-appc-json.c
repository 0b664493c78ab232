/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/json.h"

#include "base/string-util.h"
#include "test.h"

static void test_documents(void)
{
    static const struct {
        const char *text;
        int r;
        const char *error; /* what it begins with: the rest is jansson's */
    } cases[] = {
        { "{}", 0, NULL },
        { " {\"a\": [1, 2]}\n", 0, NULL },
        { "[]", -EBADMSG, "not a JSON object" },
        { "", -EBADMSG, "not valid JSON: line 1" },
        { "{\"a\":1,\"a\":2}", -EBADMSG, "not valid JSON: line 1, column 10: " },
        { "{\"a\":\"\\u0000\"}", -EBADMSG, "not valid JSON: line 1" },
        { "{\"a\":\"\xff\"}", -EBADMSG, "not valid JSON: line 1" },
        { "{\n\"a\":\n}", -EBADMSG, "not valid JSON: line 3, column 1: " },
        { "{} {}", -EBADMSG, "not valid JSON: line 1, column 4: " },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_json_ json_t *json = NULL;
        _cleanup_error_ Error error = ERROR_INIT;

        assert_int(json_parse(cases[i].text, strlen(cases[i].text), &json, &error), cases[i].r);
        assert_true(cases[i].r == 0 || startswith(error_cause(&error), cases[i].error));
    }
}

/* A document of 64 MiB is refused before it is read. */
static void test_size(void)
{
    size_t size = 64 * 1024 * 1024;
    _cleanup_free_ char *text = malloc(size);
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_json_ json_t *json = NULL;

    assert_true(text);
    memset(text, ' ', size);
    memcpy(text, "{}", 2);
    assert_int(json_parse(text, JSON_SIZE_MAX, &json, &error), 0);
    assert_int(json_parse(text, size, &json, &error), -EFBIG);
    assert_str(error_cause(&error), "larger than 4194304 bytes");
}

static void test_depth(void)
{
    enum { DEPTH = 100000 };
    _cleanup_free_ char *text = malloc(5 + DEPTH);
    _cleanup_json_ json_t *json = NULL;

    assert_true(text);
    memcpy(text, "{\"a\":", 5);
    memset(text + 5, '[', DEPTH);
    assert_int(json_parse(text, 5 + DEPTH, &json, NULL), -EBADMSG);
}

static void test_members(void)
{
    static const char text[] =
            "{\"o\":{\"s\":\"x\",\"n\":5,\"null\":null,\"l\":[\"a\",\"b\",7],\"b\":1},\"r\":1.5}";
    _cleanup_json_ json_t *json = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *s = NULL;
    _cleanup_strv_ char **v = NULL;
    JsonNode root, o, l;
    int64_t n;
    bool b;

    assert_int(json_parse(text, strlen(text), &json, NULL), 0);
    root = JSON_ROOT(json);
    assert_int(json_node_get_object(&root, "o", JSON_REQUIRED, &o, &error), 1);
    assert_int(json_node_get_string(&o, "s", JSON_REQUIRED, &s, &error), 1);
    assert_str(s, "x");
    assert_int(json_node_get_string(&o, "null", JSON_OPTIONAL, &s, &error), 0);
    assert_int(json_node_get_string(&o, "null", JSON_REQUIRED, &s, &error), -EBADMSG);
    assert_str(error_cause(&error), "o.null: must be set");
    assert_int(json_node_get_string(&o, "n", JSON_OPTIONAL, &s, &error), -EBADMSG);
    assert_str(error_cause(&error), "o.n: must be a string");
    assert_int(json_node_get_integer(&o, "n", JSON_OPTIONAL, 1, 5, &n, &error), 1);
    assert_int(n, 5);
    assert_int(json_node_get_integer(&o, "n", JSON_OPTIONAL, 6, 9, &n, &error), -EBADMSG);
    assert_str(error_cause(&error), "o.n: must be between 6 and 9");
    assert_int(json_node_get_integer(&root, "r", JSON_OPTIONAL, 0, 9, &n, &error), -EBADMSG);
    assert_str(error_cause(&error), "r: must be a whole number");
    assert_int(json_node_get_bool(&o, "b", JSON_OPTIONAL, &b, &error), -EBADMSG);
    assert_str(error_cause(&error), "o.b: must be true or false");
    assert_int(json_node_get_strv(&o, "l", JSON_OPTIONAL, &v, &error), -EBADMSG);
    assert_str(error_cause(&error), "o.l[2]: must be a string");
    assert_int(json_node_get_array(&o, "l", JSON_OPTIONAL, &l, &error), 1);
    assert_int(json_node_size(&l), 3);
    assert_int(json_node_get_object(&root, "absent", JSON_OPTIONAL, &o, &error), 0);
}

static void test_counts(void)
{
    _cleanup_json_ json_t *json = json_object();
    json_t *array = json_array();
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_strv_ char **v = NULL;
    JsonNode root = JSON_ROOT(json), node;

    assert_int(json_set(json, "l", array), 0);
    for (size_t i = 0; i < JSON_STRINGS_MAX; i++)
        assert_int(json_append(array, json_string("x")), 0);
    assert_int(json_node_get_array(&root, "l", JSON_OPTIONAL, &node, &error), -EFBIG);
    assert_str(error_cause(&error), "l: has more than 4096 entries");
    assert_int(json_node_get_strv(&root, "l", JSON_OPTIONAL, &v, &error), 1);
    assert_int(strv_length(v), JSON_STRINGS_MAX);
    assert_int(json_append(array, json_string("x")), 0);
    assert_int(json_node_get_strv(&root, "l", JSON_OPTIONAL, &v, &error), -EFBIG);
}

int main(void)
{
    test_documents();
    test_size();
    test_depth();
    test_members();
    test_counts();
    return 0;
}
