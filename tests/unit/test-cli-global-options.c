/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/global-options.h"

#include "base/string-util.h"
#include "test.h"

static void test_insecure_words(void)
{
    static const struct {
        const char *text;
        int bits; /* negative: an error */
    } cases[] = {
        { "none", 0 },
        { "", 0 },
        { "image", INSECURE_IMAGE },
        { "image,seccomp", INSECURE_IMAGE | INSECURE_SECCOMP },
        { "all-fetch", INSECURE_IMAGE | INSECURE_TLS | INSECURE_HTTP | INSECURE_PUBKEY },
        { "all-run", INSECURE_CAPABILITIES | INSECURE_PATHS | INSECURE_SECCOMP },
        { "all", INSECURE_ALL },
        { "imge", -EINVAL },
        { "image,all-runs", -EINVAL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        InsecureOptions bits = INSECURE_NONE;
        int r = insecure_options_parse(cases[i].text, &bits, NULL);

        assert_int(r < 0 ? r : (int) bits, cases[i].bits);
    }
}

static unsigned positional;

static int take_word(int id, const char *value, Error *reterr)
{
    if (id != OPTION_POSITIONAL)
        return error_set(reterr, -EINVAL, "unexpected %s", value);
    positional++;
    return 0;
}

static void test_parse(void)
{
    static const Option none[] = { {} };
    char *argv[] = { (char *) "x",  (char *) "--debug", (char *) "--dir",
                     (char *) "/d", (char *) "web",     (char *) "--insecure-options=http,image",
                     NULL };
    GlobalOptions global = GLOBAL_OPTIONS_INIT;
    _cleanup_strv_ char **passed = NULL;
    _cleanup_free_ char *text = NULL;

    assert_int(command_line_read(6, argv, none, &global, take_word, NULL), 0);
    assert_int(positional, 1);
    assert_int(global_options_to_strv(&global, &passed), 0);
    text = strv_join(passed, " ");
    assert_str(text, "--dir=/d --system-config=/usr/lib/rkt --local-config=/etc/rkt --debug "
                     "--insecure-options=image,http");
}

static void test_durations(void)
{
    static const struct {
        const char *text;
        int r;
        int64_t ns;
    } cases[] = {
        { "0", 0, 0 },
        { "1m30s", 0, 90000000000 },
        { "-1s", -EINVAL, 0 },
        { "soon", -EINVAL, 0 },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        int64_t ns = 0;

        assert_int(duration_option_parse("grace-period", cases[i].text, &ns, NULL), cases[i].r);
        assert_int(ns, cases[i].ns);
    }
}

int main(void)
{
    test_durations();
    test_insecure_words();
    test_parse();
    return 0;
}
