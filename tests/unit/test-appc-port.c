/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/port.h"
#include "base/string-util.h"

#include "test.h"

static void check_text(const char *text, const char *expected, const char *expected_error)
{
    ExposedPortList list = { 0 };
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_json_ json_t *json = json_object();
    _cleanup_free_ char *formatted = NULL;

    assert_int(exposed_port_list_add_text(&list, text, &error) < 0, !expected);
    assert_str(error_cause(&error), expected_error);
    if (expected) {
        assert_int(exposed_port_list_to_json(&list, json, "p"), 0);
        assert_int(json_format(json_array_get(json_object_get(json, "p"), 0), false, &formatted), 0);
        assert_str(formatted, expected);
    }
    exposed_port_list_done(&list);
}

static void test_text(void)
{
    static const struct {
        const char *text, *json, *error;
    } cases[] = {
        { "http:8080", "{\"name\":\"http\",\"hostPort\":8080}" },
        { "80-tcp:1", "{\"name\":\"80-tcp\",\"hostPort\":1}" },
        { "http:127.0.0.1:80", "{\"name\":\"http\",\"hostPort\":80,\"hostIP\":\"127.0.0.1\"}" },
        { "http:[::1]:80", "{\"name\":\"http\",\"hostPort\":80,\"hostIP\":\"::1\"}" },
        { "http:fe80::1:80", "{\"name\":\"http\",\"hostPort\":80,\"hostIP\":\"fe80::1\"}" },
        { "http::80", "{\"name\":\"http\",\"hostPort\":80}" },
        { "http", NULL, "\"http\" must be NAME:[HOSTIP:]HOSTPORT" },
        { "", NULL, "\"\" must be NAME:[HOSTIP:]HOSTPORT" },
        { "HTTP:80", NULL, "bad port name \"HTTP\"" },
        { ":80", NULL, "bad port name \"\"" },
        { "http:", NULL, "\"\" is not a port (1 to 65535)" },
        { "http:0", NULL, "\"0\" is not a port (1 to 65535)" },
        { "http:65536", NULL, "\"65536\" is not a port (1 to 65535)" },
        { "http:+80", NULL, "\"+80\" is not a port (1 to 65535)" },
        { "http:localhost:80", NULL, "\"localhost\" is not an IP address" },
        { "http:1.2.3:80", NULL, "\"1.2.3\" is not an IP address" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        check_text(cases[i].text, cases[i].json, cases[i].error);
}

static void test_json(void)
{
    static const struct {
        const char *json, *error;
    } cases[] = {
        { "[{\"name\":\"a\",\"port\":80,\"protocol\":\"tcp\"}]", NULL },
        { "[{\"name\":\"a\",\"port\":65000,\"count\":536,\"protocol\":\"tcp\",\"socketActivated\":true}]",
          NULL },
        { "[{\"name\":\"a\",\"port\":65000,\"count\":537,\"protocol\":\"tcp\"}]",
          "p[0]: the range goes beyond port 65535" },
        { "[{\"name\":\"a\",\"port\":0,\"protocol\":\"tcp\"}]", "p[0].port: must be between 1 and 65535" },
        { "[{\"name\":\"A\",\"port\":80,\"protocol\":\"tcp\"}]", "p[0]: bad name \"A\"" },
        { "[{\"name\":\"a\",\"port\":80}]", "p[0].protocol: must be set" },
        { "[{\"name\":\"a\",\"port\":80,\"protocol\":\"tcp\"},{\"name\":\"a\",\"port\":81,\"protocol\":"
          "\"tcp\"}]",
          "p[1]: duplicate name \"a\"" },
        { "{}", "p: must be a list" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        PortList list = { 0 };
        _cleanup_error_ Error error = ERROR_INIT;
        _cleanup_json_ json_t *json = json_object();
        JsonNode root = JSON_ROOT(json);

        assert_int(json_set(json, "p", json_loads(cases[i].json, 0, NULL)), 0);
        assert_int(port_list_from_json(&root, "p", &list, &error) < 0, cases[i].error != NULL);
        assert_str(error_cause(&error), cases[i].error);
        if (!cases[i].error)
            assert_str(port_list_find(&list, "a")->protocol, "tcp");
        port_list_done(&list);
    }
}

int main(void)
{
    test_text();
    test_json();
    return 0;
}
