/* SPDX-License-Identifier: Apache-2.0 */

#include "prepare/pod-options.h"

#include "base/string-util.h"
#include "test.h"

enum { WORDS_MAX = 16 };

static int parse(PodOptions *options, const char *const *words, Error *error)
{
    char *argv[WORDS_MAX + 2] = { (char *) "prepare" };
    OptionParser parser = {
        .argv = argv, .argc = 1, .index = 1, .tables = { setting_options(SETTING_PREPARE) }
    };
    const char *value;
    int id, r;

    for (; words[parser.argc - 1]; parser.argc++)
        argv[parser.argc] = (char *) words[parser.argc - 1];
    do {
        r = option_next(&parser, &id, &value, error);
        if (r >= 0 && id == OPTION_END)
            return pod_options_check(options, error);
        if (r >= 0)
            r = pod_options_take(options, &parser, id, value, error);
    } while (r >= 0);
    return r;
}

static void test_refused(void)
{
    static const struct {
        const char *words[WORDS_MAX];
        const char *cause;
    } cases[] = {
        { { NULL }, "must provide at least one image" },
        { { "a.aci", "--exec=x", "--exec=y" }, "--exec was given twice" },
        { { "--exec=x", "a.aci" }, "--exec must follow an image" },
        { { "--", "x" }, "arguments after \"--\" must follow an image" },
        { { "a.aci", "--", "x", "---", "--", "y" }, "image \"a.aci\" has arguments already" },
        { { "a.aci", "--environment=x" }, "must be NAME=VALUE" },
        { { "--set-env==x", "a.aci" }, "must be NAME=VALUE" },
        { { "a.aci", "--caps-retain=CAP_KILL", "--caps-remove=CAP_CHOWN" },
          "--caps-retain and --caps-remove of image \"a.aci\" exclude each other" },
        { { "a.aci", "--pull-policy=x" }, "--pull-policy=x: must be new, never or update" },
        { { "--pod-manifest=x", "a.aci" }, "conflicting flags set with --pod-manifest (see --help)" },
        { { "--pod-manifest=x", "--set-env=A=b" }, "conflicting flags set with --pod-manifest (see --help)" },
        { { "a.aci", "--stage1-path=x", "--stage1-name=y" }, "the --stage1-… flags exclude each other" },
        { { "a.aci", "--port=x:y" }, "\"y\" is not a port (1 to 65535)" },
        { { "a.aci", "--credential=a,b" }, "\"a,b\" is not a valid name of a credential" },
        { { "a.aci", "--credential=.." }, "\"..\" is not a valid name of a credential" },
        { { "--credential=a", "a.aci" }, "--credential must follow an image" },
        { { "a.aci", "--private-users" }, "--private-users is not built yet" },
        { { "a.aci", "--stdin=tty" }, "not built yet: use null" },
        { { "a.aci", "--stdin=log" }, "unknown mode: use null" },
        { { "" }, "an image must not be empty" },
        { { "a.aci", "--caps-retain=" }, "--caps-retain must not be empty" },
        { { "a.aci", "--exec=" }, "--exec must not be empty" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_pod_options_ PodOptions options = POD_OPTIONS_INIT;
        _cleanup_error_ Error error = ERROR_INIT;

        assert_true(parse(&options, cases[i].words, &error) < 0);
        assert_str(error_cause(&error), cases[i].cause);
    }
}

static void test_places(void)
{
    static const char *const words[] = { "--annotation=p=1",
                                         "--set-env=A=1",
                                         "one",
                                         "--annotation=a=1",
                                         "--name=x",
                                         "--",
                                         "-v",
                                         "--name=z",
                                         "---",
                                         "two",
                                         "--memory",
                                         "1M",
                                         "--no-overlay=false",
                                         NULL };
    _cleanup_pod_options_ PodOptions options = POD_OPTIONS_INIT;
    _cleanup_free_ char *arguments = NULL;

    assert_int(parse(&options, words, NULL), 0);
    assert_int(options.n_apps, 2);
    assert_str(options.said.list[SETTING_POD_ANNOTATION][0], "p=1");
    assert_str(options.said.list[SETTING_POD_ENVIRONMENT][0], "A=1");
    assert_str(options.apps[0].said.list[SETTING_APP_ANNOTATION][0], "a=1");
    assert_str(app_said(&options.apps[0], SETTING_APP_NAME), "x");
    arguments = strv_join(options.apps[0].arguments, " ");
    assert_str(arguments, "-v --name=z");
    assert_str(options.apps[1].image, "two");
    assert_str(app_said(&options.apps[1], SETTING_APP_MEMORY), "1M");
    assert_true(!options.apps[1].arguments);
}

int main(void)
{
    test_refused();
    test_places();
    return 0;
}
