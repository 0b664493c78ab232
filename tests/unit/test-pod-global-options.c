/* SPDX-License-Identifier: Apache-2.0 */

#include "pod/global-options.h"

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

static void test_parse(void)
{
    char *argv[] = { (char *) "x",  (char *) "--debug", (char *) "--dir",
                     (char *) "/d", (char *) "web",     (char *) "--insecure-options=http,image",
                     NULL };
    OptionParser parser = { .argc = 6, .argv = argv, .index = 1, .tables = { global_option_table } };
    GlobalOptions global = GLOBAL_OPTIONS_INIT;
    _cleanup_strv_ char **passed = NULL;
    _cleanup_free_ char *text = NULL;
    unsigned positional = 0;

    for (;;) {
        const char *value;
        int id;

        assert_int(option_next(&parser, &id, &value, NULL), 0);
        if (id == OPTION_END)
            break;
        if (id == OPTION_POSITIONAL)
            positional++;
        else
            assert_int(global_options_take(&global, id, value, NULL), 0);
    }
    assert_int(positional, 1);
    assert_int(global_options_to_strv(&global, &passed), 0);
    text = strv_join(passed, " ");
    assert_str(text, "--dir=/d --system-config=/usr/lib/rkt --local-config=/etc/rkt --debug "
                     "--insecure-options=image,http");
}

int main(void)
{
    test_insecure_words();
    test_parse();
    return 0;
}
