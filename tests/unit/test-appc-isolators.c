/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/isolators.h"
#include "base/quantity.h"
#include "base/string-util.h"

#include "test.h"

static void test_quantities(void)
{
    static const struct {
        const char *text;
        int r;
        uint64_t ones, thousandths; /* the latter UINT64_MAX: too large */
    } cases[] = {
        { "0", 0, 0, 0 },
        { "1", 0, 1, 1000 },
        { "+2", 0, 2, 2000 },
        { "500m", 0, 1, 500 },
        { "0.5", 0, 1, 500 },
        { ".5", 0, 1, 500 },
        { "1.", 0, 1, 1000 },
        { "1500m", 0, 2, 1500 },
        { "1u", 0, 1, 1 },
        { "1n", 0, 1, 1 },
        { "0.0001", 0, 1, 1 },
        { "128M", 0, 128000000, 128000000000 },
        { "128974848", 0, 128974848, 128974848000 },
        { "125952Ki", 0, 128974848, 128974848000 },
        { "123Mi", 0, 128974848, 128974848000 },
        { "1.5Gi", 0, 1610612736, 1610612736000 },
        { "0.1Ki", 0, 103, 102400 },
        { "1k", 0, 1000, 1000000 },
        { "1K", 0, 1000, 1000000 },
        { "1e3", 0, 1000, 1000000 },
        { "1E3", 0, 1000, 1000000 },
        { "12e-1", 0, 2, 1200 },
        { "1E", 0, 1000000000000000000, UINT64_MAX },
        { "7Ei", 0, 8070450532247928832, UINT64_MAX },
        { "9223372036854775807", 0, INT64_MAX, UINT64_MAX },
        { "9223372036854775808", -ERANGE, 0, UINT64_MAX },
        { "8Ei", -ERANGE, 0, UINT64_MAX },
        { "1e30", -ERANGE, 0, UINT64_MAX },
        { "99999999999999999999999999999999999999999999999999", -ERANGE, 0, UINT64_MAX },
        { "18446744073709551615.99999999999999999999999999Ei", -ERANGE, 0, UINT64_MAX },
        { "1e99999999999999999999", -ERANGE, 0, UINT64_MAX },
        { "", -EINVAL },
        { ".", -EINVAL },
        { "M", -EINVAL },
        { "-1", -EINVAL },
        { "1 M", -EINVAL },
        { "1MB", -EINVAL },
        { "1mi", -EINVAL },
        { "1.2.3", -EINVAL },
        { "0x10", -EINVAL },
        { "1e", -EINVAL },
        { "inf", -EINVAL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        uint64_t value = 0;
        bool too_large = cases[i].r == 0 && cases[i].thousandths == UINT64_MAX;

        assert_int(quantity_parse(cases[i].text, false, &value), cases[i].r);
        if (cases[i].r == 0)
            assert_int(value, cases[i].ones);
        assert_int(quantity_parse(cases[i].text, true, &value), too_large ? -ERANGE : cases[i].r);
        if (cases[i].r == 0 && !too_large)
            assert_int(value, cases[i].thousandths);
    }
}

/* One case an isolator: what is read is written again. */
static const struct {
    IsolatorKind kind;
    const char *json;
    uint64_t limit;
} good[] = {
    { ISOLATOR_MEMORY, "{\"name\":\"resource/memory\",\"value\":{\"request\":\"1G\",\"limit\":\"2G\"}}",
      2000000000 },
    { ISOLATOR_CPU, "{\"name\":\"resource/cpu\",\"value\":{\"request\":\"250m\",\"limit\":\"500m\"}}", 500 },
    { ISOLATOR_CPU, "{\"name\":\"resource/cpu\",\"value\":{\"limit\":\"2\"}}", 2000 },
    { ISOLATOR_MEMORY, "{\"name\":\"resource/memory\",\"value\":{\"request\":\"4096\"}}", 0 },
    { ISOLATOR_BLOCK_BANDWIDTH,
      "{\"name\":\"resource/block-bandwidth\",\"value\":{\"default\":true,\"limit\":\"2M\"}}", 2000000 },
    { ISOLATOR_BLOCK_IOPS,
      "{\"name\":\"resource/block-iops\",\"value\":{\"default\":true,\"limit\":\"1000\"}}", 1000 },
    { ISOLATOR_NETWORK_BANDWIDTH,
      "{\"name\":\"resource/network-bandwidth\",\"value\":{\"default\":true,\"limit\":\"1G\"}}", 1000000000 },
    { ISOLATOR_CAPABILITIES_RETAIN,
      "{\"name\":\"os/linux/"
      "capabilities-retain-set\",\"value\":{\"set\":[\"CAP_NET_ADMIN\",\"CAP_KILL\"]}}" },
    { ISOLATOR_CAPABILITIES_RETAIN,
      "{\"name\":\"os/linux/capabilities-retain-set\",\"value\":{\"set\":[]}}" },
    { ISOLATOR_CAPABILITIES_REMOVE,
      "{\"name\":\"os/linux/capabilities-remove-set\",\"value\":{\"set\":[\"CAP_MKNOD\"]}}" },
    { ISOLATOR_NO_NEW_PRIVILEGES, "{\"name\":\"os/linux/no-new-privileges\",\"value\":true}" },
    { ISOLATOR_SECCOMP_RETAIN,
      "{\"name\":\"os/linux/seccomp-retain-set\",\"value\":{\"set\":[\"@appc.io/all\",\"_llseek\"]}}" },
    { ISOLATOR_SECCOMP_REMOVE,
      "{\"name\":\"os/linux/seccomp-remove-set\",\"value\":{\"set\":[\"reboot\"],\"errno\":\"ENOTSUP\"}}" },
    { ISOLATOR_OOM_SCORE_ADJ, "{\"name\":\"os/linux/oom-score-adj\",\"value\":-1000}" },
    { ISOLATOR_CPU_SHARES, "{\"name\":\"os/linux/cpu-shares\",\"value\":262144}" },
    { ISOLATOR_SELINUX_CONTEXT, "{\"name\":\"os/linux/selinux-context\",\"value\":{\"user\":\"system_u\","
                                "\"role\":\"system_r\",\"type\":\"dhcpc_t\",\"level\":\"s0:c1,c2\"}}" },
    { ISOLATOR_APPARMOR_PROFILE, "{\"name\":\"os/linux/apparmor-profile\",\"value\":\"web\"}" },
    { ISOLATOR_UNKNOWN, "{\"name\":\"os/unix/sysctl\",\"value\":{\"net.ipv4.tcp_mtu_probing\":\"1\"}}" },
};

static int read_one(const char *isolators, IsolatorList *ret, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_json_ json_t *json = NULL;
    JsonNode root;

    assert_true(asprintf(&text, "{\"isolators\":[%s]}", isolators) >= 0);
    assert_int(json_parse(text, strlen(text), &json, reterr), 0);
    root = JSON_ROOT(json);
    return isolator_list_from_json(&root, "isolators", ret, reterr);
}

static void test_last_counts(void)
{
    _cleanup_isolators_ IsolatorList list = { 0 };

    assert_int(read_one("{\"name\":\"resource/memory\",\"value\":{\"limit\":\"1G\"}},"
                        "{\"name\":\"resource/memory\",\"value\":{\"limit\":\"2G\"}}",
                        &list, NULL),
               0);
    assert_int(list.n, 1);
    assert_int(isolator_list_limit(&list, ISOLATOR_MEMORY), 2000000000);
}

static void test_good(void)
{
    for (size_t i = 0; i < ELEMENTSOF(good); i++) {
        _cleanup_isolators_ IsolatorList list = { 0 };
        _cleanup_json_ json_t *json = json_object();
        _cleanup_free_ char *text = NULL, *expected = NULL;

        assert_int(read_one(good[i].json, &list, NULL), 0);
        assert_int(list.n, 1);
        assert_int(list.items[0].kind, good[i].kind);
        if (good[i].limit > 0)
            assert_int(isolator_list_limit(&list, good[i].kind), good[i].limit);
        assert_int(isolator_list_to_json(&list, json, "isolators"), 0);
        assert_int(json_format(json, false, &text), 0);
        assert_true(asprintf(&expected, "{\"isolators\":[%s]}", good[i].json) >= 0);
        assert_str(text, expected);
    }
    for (IsolatorKind kind = 0; kind < ISOLATOR_UNKNOWN; kind++)
        assert_int(isolator_kind_from_string(isolator_kind_to_string(kind)), kind);
}

static void test_bad(void)
{
#define ISOLATOR(name, value) "{\"name\":\"" name "\",\"value\":" value "}"
    static const struct {
        const char *json, *error;
    } cases[] = {
        { "1", "isolators[0]: must be an object" },
        { "{}", "isolators[0].name: must be set" },
        { "{\"name\":\"resource/cpu\"}", "isolators[0].value: must be set" },
        { ISOLATOR("BAD", "1"), "isolators[0]: bad name \"BAD\"" },
        { ISOLATOR("resource/memory", "{\"limit\":\"4095\"}"),
          "isolators[0].value.limit: \"4095\" is too small, the minimum is 4096" },
        { ISOLATOR("resource/memory", "{\"limit\":\"8Ei\"}"),
          "isolators[0].value.limit: \"8Ei\" is too large" },
        { ISOLATOR("resource/memory", "{\"limit\":\"lots\"}"),
          "isolators[0].value.limit: \"lots\" is not a quantity (such as 500m, 2, 128M or 1Gi)" },
        { ISOLATOR("resource/memory", "{\"limit\":[]}"),
          "isolators[0].value.limit: must be a quantity (such as \"128M\")" },
        { ISOLATOR("resource/memory", "{}"), "isolators[0].value: limit must be set" },
        { ISOLATOR("resource/memory", "[]"), "isolators[0].value: must be an object" },
        { ISOLATOR("resource/cpu", "{\"limit\":\"0\"}"),
          "isolators[0].value.limit: \"0\" is too small, the minimum is 1m" },
        { ISOLATOR("resource/block-iops", "{\"limit\":\"1\"}"), "isolators[0].value: default must be true" },
        { ISOLATOR("resource/block-iops", "{\"default\":true,\"request\":\"1\",\"limit\":\"1\"}"),
          "isolators[0].value: request must not be set" },
        { ISOLATOR("coreos.com/rkt/pids-max", "0"),
          "isolators[0].value: 0 is out of range, must be between 1 and 4194304" },
        { ISOLATOR("os/linux/cpu-shares", "1"),
          "isolators[0].value: 1 is out of range, must be between 2 and 262144" },
        { ISOLATOR("os/linux/cpu-shares", "262145"),
          "isolators[0].value: 262145 is out of range, must be between 2 and 262144" },
        { ISOLATOR("os/linux/oom-score-adj", "1001"),
          "isolators[0].value: 1001 is out of range, must be between -1000 and 1000" },
        { ISOLATOR("os/linux/oom-score-adj", "\"5\""), "isolators[0].value: must be a whole number" },
        { ISOLATOR("os/linux/no-new-privileges", "\"true\""), "isolators[0].value: must be true or false" },
        { ISOLATOR("os/linux/capabilities-retain-set", "{\"set\":[\"chown\"]}"),
          "isolators[0].value: \"chown\" is not the name of a capability (such as CAP_CHOWN)" },
        { ISOLATOR("os/linux/seccomp-retain-set", "{\"set\":[]}"),
          "isolators[0].value: the set must not be empty" },
        { ISOLATOR("os/linux/seccomp-retain-set", "{\"set\":[\"open\"],\"errno\":\"eperm\"}"),
          "isolators[0].value: \"eperm\" is not the name of an error (such as EPERM)" },
        { ISOLATOR("os/linux/seccomp-retain-set", "{\"set\":[\"a b\"]}"),
          "isolators[0].value: \"a b\" is not the name of a system call" },
        { ISOLATOR("os/linux/selinux-context", "{\"user\":\"a\",\"role\":\"b\",\"type\":\"c\"}"),
          "isolators[0].value.level: must be set" },
        { ISOLATOR("os/linux/selinux-context",
                   "{\"user\":\"a:b\",\"role\":\"b\",\"type\":\"c\",\"level\":\"s0\"}"),
          "isolators[0].value: bad user \"a:b\"" },
        { ISOLATOR("os/linux/apparmor-profile", "\"\""), "isolators[0].value: the profile must have a name" },
        { ISOLATOR("os/linux/seccomp-retain-set", "{\"set\":[\"open\"]}") "," ISOLATOR(
                  "os/linux/seccomp-remove-set", "{\"set\":[\"open\"]}"),
          "isolators[1]: os/linux/seccomp-remove-set can't be used together with "
          "os/linux/seccomp-retain-set" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_isolators_ IsolatorList list = { 0 };
        _cleanup_error_ Error error = ERROR_INIT;

        assert_true(read_one(cases[i].json, &list, &error) < 0);
        assert_str(error_cause(&error), cases[i].error);
        assert_int(list.n, 0);
    }
}

static void test_numbers_as_quantities(void)
{
    _cleanup_isolators_ IsolatorList list = { 0 };

    assert_int(read_one("{\"name\":\"resource/cpu\",\"value\":{\"limit\":1.5}}", &list, NULL), 0);
    assert_int(isolator_list_limit(&list, ISOLATOR_CPU), 1500);
    assert_int(isolator_list_limit(&list, ISOLATOR_MEMORY), 0);
}

static void test_flags(void)
{
    static const struct {
        IsolatorKind kind; /* _ISOLATOR_KIND_MAX: --seccomp */
        const char *text;
        const char *json; /* of the value; NULL: an error */
    } cases[] = {
        { ISOLATOR_MEMORY, "128M", "{\"request\":\"128M\",\"limit\":\"128M\"}" },
        { ISOLATOR_MEMORY, "4095", NULL },
        { ISOLATOR_CPU, "500m", "{\"request\":\"500m\",\"limit\":\"500m\"}" },
        { ISOLATOR_BLOCK_IOPS, "10", "{\"default\":true,\"limit\":\"10\"}" },
        { ISOLATOR_CPU_SHARES, "1024", "1024" },
        { ISOLATOR_CPU_SHARES, "1", NULL },
        { ISOLATOR_OOM_SCORE_ADJ, "-5", "-5" },
        { ISOLATOR_OOM_SCORE_ADJ, "x", NULL },
        { ISOLATOR_CAPABILITIES_RETAIN, "CAP_KILL,CAP_CHOWN", "{\"set\":[\"CAP_KILL\",\"CAP_CHOWN\"]}" },
        { ISOLATOR_CAPABILITIES_REMOVE, "KILL", NULL },
        { ISOLATOR_NO_NEW_PRIVILEGES, "true", "true" },
        { ISOLATOR_APPARMOR_PROFILE, "web", "\"web\"" },
        { ISOLATOR_SELINUX_CONTEXT, "a:b:c:s0", NULL },
        { _ISOLATOR_KIND_MAX, "mode=retain,chmod,chown", "{\"set\":[\"chmod\",\"chown\"]}" },
        { _ISOLATOR_KIND_MAX, "mode=remove,errno=EPERM,chmod", "{\"set\":[\"chmod\"],\"errno\":\"EPERM\"}" },
        { _ISOLATOR_KIND_MAX, "mode=remove,errno=EPERM", NULL },
        { _ISOLATOR_KIND_MAX, "mode=remove,errno=,chmod", NULL },
        { _ISOLATOR_KIND_MAX, "mode=remove,", NULL },
        { _ISOLATOR_KIND_MAX, "mode=drop,chmod", NULL },
        { _ISOLATOR_KIND_MAX, "chmod", NULL },
        { _ISOLATOR_KIND_MAX, "", NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_isolators_ IsolatorList list = { 0 };
        _cleanup_json_ json_t *json = json_object();
        _cleanup_error_ Error error = ERROR_INIT;
        _cleanup_free_ char *text = NULL;
        int r;

        if (cases[i].kind == _ISOLATOR_KIND_MAX)
            r = isolator_list_set_seccomp(&list, cases[i].text, &error);
        else
            r = isolator_list_set(&list, cases[i].kind, cases[i].text, &error);
        assert_int(r < 0, !cases[i].json);
        if (r < 0) {
            assert_true(error_cause(&error));
            continue;
        }
        assert_int(isolator_list_to_json(&list, json, "i"), 0);
        assert_int(json_format(json_object_get(json_array_get(json_object_get(json, "i"), 0), "value"), false,
                               &text),
                   0);
        assert_str(text, cases[i].json);
    }
}

/* A flag takes the place of what the image says, and of what excludes it. */
static void test_override(void)
{
    _cleanup_isolators_ IsolatorList list = { 0 };

    assert_int(isolator_list_set(&list, ISOLATOR_MEMORY, "1G", NULL), 0);
    assert_int(isolator_list_set(&list, ISOLATOR_CAPABILITIES_REMOVE, "CAP_KILL", NULL), 0);
    assert_int(isolator_list_set(&list, ISOLATOR_CPU, "1", NULL), 0);
    assert_int(isolator_list_set(&list, ISOLATOR_CPU_SHARES, "10", NULL), 0);
    assert_int(isolator_list_set(&list, ISOLATOR_MEMORY, "2G", NULL), 0);
    assert_int(isolator_list_set(&list, ISOLATOR_MEMORY, "bad", NULL), -EBADMSG);
    assert_int(isolator_list_set(&list, ISOLATOR_CAPABILITIES_RETAIN, "CAP_CHOWN", NULL), 0);
    assert_int(list.n, 4);
    assert_int(isolator_list_limit(&list, ISOLATOR_MEMORY), 2000000000);
    assert_true(!isolator_list_find(&list, ISOLATOR_CAPABILITIES_REMOVE));
    assert_str(isolator_list_find(&list, ISOLATOR_CAPABILITIES_RETAIN)->set.names[0], "CAP_CHOWN");
    isolator_list_remove(&list, ISOLATOR_CPU);
    assert_true(!isolator_list_find(&list, ISOLATOR_CPU));
}

int main(void)
{
    test_quantities();
    test_good();
    test_last_counts();
    test_bad();
    test_numbers_as_quantities();
    test_flags();
    test_override();
    return 0;
}
