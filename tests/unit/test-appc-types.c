/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/name-value.h"
#include "appc/types.h"
#include "base/string-util.h"

#include "test.h"

static void test_names(void)
{
    static const struct {
        const char *text;
        bool name, identifier, image;
    } cases[] = {
        { "a", true, true, true },
        { "0", true, true, true },
        { "nginx", true, true, true },
        { "a-b-c", true, true, true },
        { "example.com/app_v1~x", false, true, true },
        { "a.b", false, true, true },
        { "", false, false, false },
        { "-a", false, false, false },
        { "a-", false, false, false },
        { "a--b", false, false, true },
        { "a.-_b/c", false, false, true },
        { "a//b", false, false, false },
        { "a/../b", false, false, false },
        { "a/.b", false, false, false },
        { "a./b", false, false, false },
        { "a/", false, false, false },
        { "/a", false, false, false },
        { "a..b", false, false, true },
        { "a./b", false, false, false },
        { "../a", false, false, false },
        { "A", false, false, false },
        { "a b", false, false, false },
        { "a\n", false, false, false },
        { "a:b", false, false, false },
        { "ä", false, false, false },
    };
    char longest[APPC_NAME_MAX + 2];

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        assert_int(ac_name_is_valid(cases[i].text), cases[i].name);
        assert_int(ac_identifier_is_valid(cases[i].text), cases[i].identifier);
        assert_int(image_name_is_valid(cases[i].text), cases[i].image);
    }
    memset(longest, 'a', sizeof(longest));
    longest[APPC_NAME_MAX] = '\0';
    assert_true(ac_name_is_valid(longest) && image_name_is_valid(longest));
    longest[APPC_NAME_MAX] = 'a';
    longest[APPC_NAME_MAX + 1] = '\0';
    assert_true(!ac_name_is_valid(longest) && !image_name_is_valid(longest));
}

static void test_sanitize(void)
{
    static const struct {
        const char *text, *name, *from_image; /* NULL: an error */
    } cases[] = {
        { "nginx", "nginx", "nginx" },
        { "example.com/NGINX_1", "example-com-nginx-1", "nginx-1" },
        { "/var/lib/My Data/", "var-lib-my-data", NULL },
        { "--a--", "a", "a" },
        { "a//b", "a-b", "b" },
        { "///", NULL, NULL },
        { "", NULL, NULL },
        { "ä", NULL, NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_free_ char *name = NULL, *from_image = NULL;

        assert_int(ac_name_sanitize(cases[i].text, &name), cases[i].name ? 0 : -EINVAL);
        assert_str(name, cases[i].name);
        assert_true(!name || ac_name_is_valid(name));
        (void) ac_name_from_image(cases[i].text, &from_image);
        assert_str(from_image, cases[i].from_image);
    }
}

static void test_versions(void)
{
    static const char *const good[] = { "0.8.11",         "1.0.0",           "0.0.0",
                                        "1.2.3-rc.1",     "1.0.0-alpha+001", "1.0.0+20130313144700",
                                        "1.0.0-x-y-z.--", "1.0.0-0a.0" };
    static const char *const bad[] = { "",           "1",      "1.0",    "1.0.0.0",  "v1.0.0",
                                       "01.0.0",     "1.00.0", "1.0.0-", "1.0.0-01", "1.0.0+",
                                       "1.0.0-a..b", "1.0.0 ", "1.0.x",  "-1.0.0" };

    for (size_t i = 0; i < ELEMENTSOF(good); i++)
        assert_true(ac_version_is_valid(good[i]));
    for (size_t i = 0; i < ELEMENTSOF(bad); i++)
        assert_true(!ac_version_is_valid(bad[i]));
}

static void test_environment_names(void)
{
    assert_true(environment_name_is_valid("PATH"));
    assert_true(environment_name_is_valid("_x1"));
    assert_true(environment_name_is_valid("java.opts-x"));
    assert_true(!environment_name_is_valid(""));
    assert_true(!environment_name_is_valid("1A"));
    assert_true(!environment_name_is_valid("A=B"));
    assert_true(!environment_name_is_valid("A B"));
}

#define HEX16 "0123456789abcdef"
#define HEX64 HEX16 HEX16 HEX16 HEX16

static void test_image_ids(void)
{
    static const struct {
        const char *text, *key, *error;
    } cases[] = {
        { "sha512-" HEX64, "sha512-" HEX64, NULL },
        { "sha512-" HEX64 HEX64, "sha512-" HEX64, NULL },
        { "sha512-ab", "sha512-ab", NULL },
        { "sha512-a", NULL, "image ID too short" },
        { "sha512-", NULL, "image ID too short" },
        { "sha256-abcd", NULL, "badly formatted image ID \"sha256-abcd\": must begin with sha512-" },
        { "sha512-ABCD", NULL,
          "badly formatted image ID \"sha512-ABCD\": sha512- and at most 128 hex digits" },
        { "sha512-ab/../cd", NULL,
          "badly formatted image ID \"sha512-ab/../cd\": sha512- and at most 128 hex digits" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_error_ Error error = ERROR_INIT;
        char key[IMAGE_KEY_LENGTH + 1] = "";

        assert_int(image_id_parse(cases[i].text, key, &error), cases[i].key ? 0 : -EINVAL);
        assert_str(key, cases[i].key ? cases[i].key : "");
        assert_str(error_cause(&error), cases[i].error);
    }
    assert_true(image_key_is_valid("sha512-" HEX64));
    assert_true(!image_key_is_valid("sha512-ab"));
    assert_true(!image_key_is_valid("sha512-" HEX64 "0"));
    assert_true(!image_key_is_valid(HEX64));
}

static void test_lists(void)
{
    _cleanup_name_values_ NameValueList list = { 0 }, copy = { 0 }, wanted = { 0 };

    for (unsigned i = 0; i < 50; i++) {
        char name[16];

        (void) snprintf(name, sizeof(name), "n%u", i);
        assert_int(name_value_list_add(&list, name, "v"), 0);
    }
    assert_int(name_value_list_set(&list, "n7", "seven"), 0);
    assert_int(name_value_list_set(&list, "new", "one"), 0);
    assert_int(list.n, 51);
    assert_int(name_value_list_copy(&list, &copy), 0);
    assert_str(name_value_list_get(&copy, "n7"), "seven");
    assert_str(name_value_list_get(&copy, "new"), "one");
    assert_str(name_value_list_get(&copy, "none"), NULL);

    assert_true(labels_match(&list, &wanted));
    assert_int(name_value_list_add(&wanted, "n7", "seven"), 0);
    assert_true(labels_match(&list, &wanted));
    assert_int(name_value_list_add(&wanted, "absent", ""), 0);
    assert_true(!labels_match(&list, &wanted));
}

static void test_os_arch(void)
{
    static const struct {
        const char *os, *arch;
        const char *check, *runnable; /* the error or NULL */
    } cases[] = {
        { "linux", "amd64", NULL, NULL },
        { "linux", "s390x", NULL, NULL },
        { "linux", "aarch64_be", NULL, NULL },
        { "linux", NULL, NULL, "missing arch label in the image manifest" },
        { NULL, "amd64", NULL, "missing os label in the image manifest" },
        { NULL, NULL, NULL, "missing os label in the image manifest" },
        { "freebsd", "amd64", NULL, "bad os \"freebsd\"" },
        { "plan9", "amd64", "bad os \"plan9\"", "bad os \"plan9\"" },
        { "darwin", "arm", "bad arch \"arm\" for darwin (must be one of: x86_64 i386)", "bad os \"darwin\"" },
    };
    _cleanup_name_values_ NameValueList host = { 0 };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_name_values_ NameValueList labels = { 0 };
        _cleanup_error_ Error check = ERROR_INIT, runnable = ERROR_INIT;

        assert_true(!cases[i].os || name_value_list_add(&labels, "os", cases[i].os) == 0);
        assert_true(!cases[i].arch || name_value_list_add(&labels, "arch", cases[i].arch) == 0);
        assert_int(labels_check(&labels, &check) < 0, cases[i].check != NULL);
        assert_str(error_cause(&check), cases[i].check);
        assert_int(labels_check_runnable(&labels, &runnable) < 0, cases[i].runnable != NULL);
        assert_str(error_cause(&runnable), cases[i].runnable);
    }
    assert_int(name_value_list_add(&host, "os", APPC_HOST_OS), 0);
    assert_int(name_value_list_add(&host, "arch", appc_host_arch), 0);
    assert_int(labels_check_runnable(&host, NULL), 0);
}

int main(void)
{
    test_names();
    test_sanitize();
    test_versions();
    test_environment_names();
    test_image_ids();
    test_lists();
    test_os_arch();
    return 0;
}
