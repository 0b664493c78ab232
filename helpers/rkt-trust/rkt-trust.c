/* SPDX-License-Identifier: Apache-2.0 */
/* rkt trust: adds keys to the keystore, lists them and removes them. A key's file is read by a process
 * without privilege (read-keys.c); this one asks the user and writes. */

#include <locale.h>
#include <string.h>
#include <sys/stat.h>

#include "base/name.h"
#include "base/string-util.h"
#include "cli/command.h"
#include "rkt-trust.h"

enum { OPT_FORMAT = 1, OPT_INSECURE_ALLOW_HTTP, OPT_PREFIX, OPT_ROOT, OPT_SKIP_FINGERPRINT_REVIEW };

static const Option options[] = {
    { "format", OPTION_VALUE, OPT_FORMAT, "json|json-pretty", "list: print JSON", NULL },
    { "insecure-allow-http", OPTION_BOOL, OPT_INSECURE_ALLOW_HTTP, NULL,
      "accept a key that comes over plain http", NULL },
    { "prefix", OPTION_VALUE, OPT_PREFIX, "NAME", "trust the key for images of this name and below it",
      NULL },
    { "root", OPTION_BOOL, OPT_ROOT, NULL, "trust the key for all images", NULL },
    { "skip-fingerprint-review", OPTION_BOOL, OPT_SKIP_FINGERPRINT_REVIEW, NULL,
      "do not ask whether the fingerprint is right", NULL },
    {},
};

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static TrustArguments arg;

static int take_option(int id, const char *value, Error *reterr)
{
    switch (id) {
    case OPT_FORMAT: return format_parse(value, &arg.format, reterr);
    case OPT_INSECURE_ALLOW_HTTP: return 0; /* URLs are not built yet */
    case OPT_PREFIX: arg.prefix = *value ? value : NULL; return 0;
    case OPT_ROOT: arg.root = streq(value, "true"); return 0;
    case OPT_SKIP_FINGERPRINT_REVIEW: arg.skip_review = streq(value, "true"); return 0;
    case OPTION_POSITIONAL: return strv_extend(&arg.words, value);
    default: return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    }
}

static int check_prefix(Error *reterr)
{
    const char *scheme = arg.prefix ? strstr(arg.prefix, "://") : NULL;

    if (arg.prefix && arg.root)
        return error_set(reterr, -EINVAL, "--root and --prefix usage mutually exclusive");
    if (scheme)
        return error_set(reterr, -EINVAL, "--prefix must not contain a URL scheme, omit %.*s://",
                         (int) (scheme - arg.prefix), arg.prefix);
    if (arg.prefix && !image_name_is_valid(arg.prefix))
        return error_set(reterr, -EINVAL, "--prefix: \"%s\" is not a valid image name", arg.prefix);
    return 0;
}

static int run(Error *reterr)
{
    static const struct {
        const char *word;
        int (*run)(Keystore *keystore, const TrustArguments *arguments, Error *reterr);
    } forms[] = { { "list", trust_list }, { "rm", trust_rm } };
    int (*form)(Keystore * keystore, const TrustArguments *arguments, Error *reterr) = trust_add;
    _cleanup_(keystore_freep) Keystore *keystore = NULL;
    int r = check_prefix(reterr);

    for (size_t i = 0; i < ELEMENTSOF(forms); i++)
        if (arg.words && streq(arg.words[0], forms[i].word)) {
            form = forms[i].run;
            arg.words++;
            break;
        }
    (void) umask(0022);
    if (r >= 0)
        r = keystore_open(arg_global.system_config, arg_global.local_config, &keystore, reterr);
    return r < 0 ? r : form(keystore, &arg, reterr);
}

int main(int argc, char **argv)
{
    static const Command trust = { .name = "trust",
                                   .arguments = "FILE|list|rm [FINGERPRINT…]",
                                   .summary = "Trusts a key to sign images; lists and removes trusted keys.",
                                   .options = options,
                                   .take = take_option,
                                   .run = run,
                                   .no_directory = true };

    (void) setlocale(LC_CTYPE, "C.UTF-8");
    return command_main((const Command *const[]){ &trust, NULL }, &arg_global, argc, argv);
}
