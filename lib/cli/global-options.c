/* SPDX-License-Identifier: Apache-2.0 */

#include "global-options.h"

#include "base/duration.h"
#include "base/string-util.h"
#include "settings/settings.h"

enum { OPT_HELP = GLOBAL_OPTION_ID_MIN };

/* Those of the table of settings, and --help. */
const Option *global_option_table(void)
{
    static Option table[SETTING_OPTION_ID_MAX + 1];
    size_t n = 0;

    if (table[0].name)
        return table;
    for (const Option *option = setting_options(SETTING_OF_ALL_VERBS); option->name; option++) {
        table[n] = *option;
        table[n++].id += GLOBAL_OPTION_ID_MIN;
    }
    table[n] = (Option){ "help", OPTION_BOOL, OPT_HELP, NULL, "show this help", NULL };
    return table;
}

static const struct {
    const char *word;
    InsecureOptions bits;
} insecure_words[] = {
    { "none", INSECURE_NONE },
    { "image", INSECURE_IMAGE },
    { "tls", INSECURE_TLS },
    { "ondisk", INSECURE_ONDISK },
    { "http", INSECURE_HTTP },
    { "pubkey", INSECURE_PUBKEY },
    { "capabilities", INSECURE_CAPABILITIES },
    { "paths", INSECURE_PATHS },
    { "seccomp", INSECURE_SECCOMP },
    { "all-fetch", INSECURE_ALL_FETCH },
    { "all-run", INSECURE_ALL_RUN },
    { "all", INSECURE_ALL },
};

const char *insecure_option_word(size_t index)
{
    return index < ELEMENTSOF(insecure_words) ? insecure_words[index].word : NULL;
}

static int insecure_word_parse(const char *word, InsecureOptions *bits, Error *reterr)
{
    const char *known[ELEMENTSOF(insecure_words)], *nearest;

    for (size_t i = 0; i < ELEMENTSOF(insecure_words); i++) {
        known[i] = insecure_words[i].word;
        if (streq(known[i], word)) {
            *bits |= insecure_words[i].bits;
            return 0;
        }
    }
    nearest = nearest_string(word, known, ELEMENTSOF(known));
    if (nearest)
        return error_set(reterr, -EINVAL, "unknown word \"%s\" in --insecure-options (did you mean \"%s\"?)",
                         word, nearest);
    return error_set(reterr, -EINVAL, "unknown word \"%s\" in --insecure-options", word);
}

int insecure_options_parse(const char *text, InsecureOptions *ret, Error *reterr)
{
    _cleanup_strv_ char **words = NULL;
    InsecureOptions bits = INSECURE_NONE;
    int r;

    r = strv_split(text, ",", &words);
    if (r < 0)
        return r;
    STRV_FOREACH (word, words) {
        r = insecure_word_parse(*word, &bits, reterr);
        if (r < 0)
            return r;
    }
    *ret = bits;
    return 0;
}

int global_options_take(GlobalOptions *global, int id, const char *value, Error *reterr)
{
    if (id == OPT_HELP) {
        global->help = streq(value, "true");
        return 0;
    }
    switch ((int) setting_of_option(id - GLOBAL_OPTION_ID_MIN)) {
    case SETTING_POD_DEBUG: global->debug = streq(value, "true"); return 0;
    case SETTING_POD_DIR:
        if (*value == '\0')
            return error_set(reterr, -EINVAL, "--dir must not be empty");
        global->dir = value;
        return 0;
    case SETTING_POD_SYSTEM_CONFIG: global->system_config = value; return 0;
    case SETTING_POD_LOCAL_CONFIG: global->local_config = value; return 0;
    case SETTING_POD_USER_CONFIG: global->user_config = value; return 0;
    case SETTING_POD_TRUST_KEYS_FROM_HTTPS: global->trust_keys_from_https = streq(value, "true"); return 0;
    case SETTING_POD_INSECURE_OPTIONS: return insecure_options_parse(value, &global->insecure, reterr);
    default: return error_set(reterr, -EINVAL, "option %d is none of the global ones", id);
    }
}

int global_options_check_root(const GlobalOptions *global, int r, Error *reterr)
{
    if (global->help || geteuid() == 0)
        return r;
    error_done(reterr);
    return error_set(reterr, -EPERM, "cannot run as unprivileged user");
}

int command_line_read(int argc, char **argv, const Option *options, GlobalOptions *global, OptionTake take,
                      Error *reterr)
{
    OptionParser parser = {
        .argc = argc, .argv = argv, .index = 1, .tables = { options, global_option_table() }
    };
    const char *value;
    int id, r;

    do {
        r = option_next(&parser, &id, &value, reterr);
        if (r < 0 || id == OPTION_END)
            return r;
        r = global_options_has(id) ? global_options_take(global, id, value, reterr) : take(id, value, reterr);
    } while (r >= 0);
    return r;
}

int duration_option_parse(const char *name, const char *value, int64_t *ret_ns, Error *reterr)
{
    int64_t ns;

    if (parse_duration(value, &ns) < 0 || ns < 0)
        return error_set(reterr, -EINVAL, "invalid argument \"%s\" for --%s: not a duration", value, name);
    *ret_ns = ns;
    return 0;
}

static int insecure_options_to_strv(InsecureOptions bits, char ***argv)
{
    _cleanup_buffer_ Buffer b = {};
    _cleanup_free_ char *words = NULL;
    int r;

    for (size_t i = 0; i < ELEMENTSOF(insecure_words); i++) {
        unsigned one = insecure_words[i].bits;

        if (one != 0 && (one & (one - 1)) == 0 && (bits & one))
            buffer_addf(&b, "%s%s", b.size > 0 ? "," : "", insecure_words[i].word);
    }
    r = buffer_steal(&b, &words);
    if (r < 0)
        return r;
    return strv_extendf(argv, "--insecure-options=%s", words);
}

int global_options_to_strv(const GlobalOptions *global, char ***argv)
{
    int r;

    r = global->dir ? strv_extendf(argv, "--dir=%s", global->dir) : 0;
    if (r >= 0)
        r = strv_extendf(argv, "--system-config=%s", global->system_config);
    if (r >= 0)
        r = strv_extendf(argv, "--local-config=%s", global->local_config);
    if (r >= 0 && *global->user_config)
        r = strv_extendf(argv, "--user-config=%s", global->user_config);
    if (r >= 0 && global->debug)
        r = strv_extend(argv, "--debug");
    if (r >= 0 && global->trust_keys_from_https)
        r = strv_extend(argv, "--trust-keys-from-https");
    if (r >= 0 && global->insecure)
        r = insecure_options_to_strv(global->insecure, argv);
    return r;
}

const char *verb_from_argv0(const char *argv0)
{
    const char *slash = strrchr(argv0, '/');
    const char *name = slash ? slash + 1 : argv0;
    const char *verb = startswith(name, "rkt-");

    return verb ? verb : name;
}

static void print_flags(const char *title, const Option *options)
{
    if (!options || !options->name)
        return;
    printf("\n%s:\n", title);
    option_print_help(options);
}

static void print_usage(const char *prefix, const char *name, const char *arguments, const char *summary)
{
    printf("Usage: %s%s [FLAGS]%s%s\n\n%s\n", prefix, name, *arguments ? " " : "", arguments, summary);
}

void verb_print_help_more(const char *verb, const char *arguments, const char *summary, const Option *options,
                          const char *title, const Option *more)
{
    print_usage("rkt ", verb, arguments, summary);
    print_flags("Flags", options);
    print_flags(title, more);
    print_flags("Global flags", global_option_table());
}

void verb_print_help(const char *verb, const char *arguments, const char *summary, const Option *options)
{
    verb_print_help_more(verb, arguments, summary, options, NULL, NULL);
}

void program_print_help(const char *name, const char *arguments, const char *summary, const Option *options)
{
    print_usage("rkt-", name, arguments, summary);
    print_flags("Flags", options);
    print_flags("Global flags", global_option_table());
}
