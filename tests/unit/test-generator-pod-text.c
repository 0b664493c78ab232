/* SPDX-License-Identifier: Apache-2.0 */

#include "generator/pod-text.h"
#include "podfile/resolve.h"
#include "test.h"

static void test_whole(void)
{
    _cleanup_pod_text_ PodText text = { 0 };
    _cleanup_buffer_ Buffer file = { 0 };

    assert_int(pod_text_add_flag(&text, "user-label", "of=pod", NULL), 0);
    assert_int(pod_text_add_app(&text, "example.com/a"), 0);
    assert_int(pod_text_add_flag(&text, "user-label", "of=app", NULL), 0);
    assert_int(pod_text_add_flag(&text, "net", "host", NULL), 0);
    assert_int(pod_text_add_argument(&text, "50%", NULL), 0);
    assert_int(pod_text_set_name(&text, "a", NULL), 0);
    assert_int(pod_text_add_app(&text, "example.com/b"), 0);
    assert_int(pod_text_set_name(&text, "b", NULL), 0);
    assert_int(pod_text_add_flag(&text, "exec", "/bin/b", NULL), 0);
    assert_int(pod_text_add_argument(&text, "two words", NULL), 0);
    assert_int(pod_text_write(&text, &file, NULL), 0);
    assert_str(file.data, "[Pod]\nUserLabel=of=pod\nNetwork=host\n"
                          "\n[App:a]\nImage=example.com/a\nUserLabel=of=app\nArgs=50%%\n"
                          "\n[App:b]\nImage=example.com/b\nExec=/bin/b \"two words\"\n");
}

/* What is written as a single value is read as it was. */
static void test_values(void)
{
    static const char *const values[] = {
        "x",  "a b", " a", "a ",  "\"a", "a\"b", "'a'",  "a\\",  "a\\b",
        "\\", "#",   ";",  "[x]", "=",   "\t",   "a\tb", "\x7f",
    };

    for (size_t i = 0; i < ELEMENTSOF(values); i++) {
        _cleanup_pod_text_ PodText text = { 0 };
        _cleanup_pod_file_ PodFile file = { 0 };
        Buffer buffer = { 0 };

        assert_int(pod_text_add_app(&text, "x"), 0);
        assert_int(pod_text_add_flag(&text, "user", values[i], NULL), 0);
        assert_int(pod_text_write(&text, &buffer, NULL), 0);
        assert_int(pod_file_parse(&file, "x.pod", buffer.data, buffer.size, NULL), 0);
        assert_int(pod_file_resolve(&file, NULL), 0);
        assert_str(pod_section_find(&file.sections[0], "User")->value, values[i]);
    }
}

static void test_refused(void)
{
    static const struct {
        bool app;
        const char *flag, *value, *words;
    } cases[] = {
        { false, "memory", "1G", "--memory must follow an image" },
        { false, "exec", "/x", "--exec must follow an image" },
        { true, "nothing", "x", "--nothing has no key in a pod file" },
        { true, "quiet", "true",
          "--quiet has no key in a pod file: the messages of rkt-prepare go to the journal" },
        { true, "user", "a\nb", "--user: not possible in a pod file: must be UTF-8 without newlines" },
        { true, "user", "\xff", "--user: not possible in a pod file: must be UTF-8 without newlines" },
        { true, "cpu", "1", "--cpu was given twice" },
        { true, "caps-retain", "CAP_KILL", "--caps-retain was given twice" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_pod_text_ PodText text = { 0 };
        _cleanup_error_ Error error = ERROR_INIT;

        if (cases[i].app) {
            assert_int(pod_text_add_app(&text, "x"), 0);
            assert_int(pod_text_add_flag(&text, "cpu", "1", NULL), 0);
            assert_int(pod_text_add_flag(&text, "caps-retain", "CAP_KILL", NULL), 0);
        }
        assert_int(pod_text_add_flag(&text, cases[i].flag, cases[i].value, &error), -EINVAL);
        assert_str(error_cause(&error), cases[i].words);
    }
}

/* As rkt run takes them. */
static void test_again(void)
{
    static const char *const flags[][2] = { { "no-overlay", "false" },     { "no-overlay", "true" },
                                            { "pull-policy", "new" },      { "pull-policy", "never" },
                                            { "hostname", "a" },           { "hostname", "b" },
                                            { "insecure-options", "all" }, { "insecure-options", "http" },
                                            { "dns", "1.1.1.1" },          { "dns", "2.2.2.2" } };
    _cleanup_pod_text_ PodText text = { 0 };
    _cleanup_buffer_ Buffer file = { 0 };

    for (size_t i = 0; i < ELEMENTSOF(flags); i++)
        assert_int(pod_text_add_flag(&text, flags[i][0], flags[i][1], NULL), 0);
    assert_int(pod_text_write(&text, &file, NULL), 0);
    assert_str(file.data, "[Pod]\nNoOverlay=true\nPullPolicy=never\nHostname=b\nInsecureOptions=http\n"
                          "DNS=1.1.1.1\nDNS=2.2.2.2\n");
}

static void test_names(void)
{
    _cleanup_pod_text_ PodText text = { 0 };
    _cleanup_buffer_ Buffer file = { 0 };
    _cleanup_error_ Error error = ERROR_INIT;

    assert_int(pod_text_set_name(&text, "a", NULL), -EINVAL);
    assert_int(pod_text_add_argument(&text, "a", NULL), -EINVAL);
    assert_int(pod_text_add_app(&text, "x"), 0);
    assert_int(pod_text_set_name(&text, "A", NULL), -EINVAL);
    assert_int(pod_text_add_app(&text, "y"), 0);
    assert_int(pod_text_write(&text, &file, &error), -EINVAL);
    assert_str(error_cause(&error), "image \"x\": with several apps, each needs a --name");
}

int main(void)
{
    test_whole();
    test_values();
    test_refused();
    test_again();
    test_names();
    return 0;
}
