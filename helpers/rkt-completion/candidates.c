/* SPDX-License-Identifier: Apache-2.0 */
/* The possible next words, by the kinds of value that `--help` names in capitals: `kinds` is the table of
 * them. */

#include "candidates.h"

#include <signal.h>
#include <sys/mman.h>

#include "base/file-util.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "cli/global-options.h"
#include "rkt-config.h"
#include "sandbox/capability.h"

enum { OUTPUT_MAX = 16 << 20 };

/* ----- Output of rkt ----- */

int ask_rkt(char *const *words, const char *const *last, char ***ret)
{
    _cleanup_close_ int output = memfd_create("output", MFD_CLOEXEC);
    _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    SpawnOptions spawn_options = SPAWN_OPTIONS_INIT;
    _cleanup_strv_ char **argv = NULL;
    _cleanup_free_ char *text = NULL;
    int r;

    if (output < 0 || null < 0)
        return -errno;
    spawn_options.fds[STDIN_FILENO] = spawn_options.fds[STDERR_FILENO] = null;
    spawn_options.fds[STDOUT_FILENO] = output;
    r = strv_extend(&argv, "rkt");
    STRV_FOREACH (word, words)
        if (r >= 0)
            r = strv_extend(&argv, *word);
    for (; r >= 0 && *last; last++)
        r = strv_extend(&argv, *last);
    if (r >= 0)
        r = spawn_and_wait(RKT_BINDIR "/rkt", argv, &spawn_options);
    if (r < 0)
        return r;
    if (r > 0) {
        *ret = NULL;
        return 0;
    }
    if (lseek(output, 0, SEEK_SET) < 0)
        return -errno;
    r = read_fd(output, OUTPUT_MAX, &text, NULL);
    return r < 0 ? r : strv_split(text, "\n", ret);
}

bool flag_line_parse(const char *line, FlagLine *ret)
{
    const char *name = startswith(line, "  --"), *value;
    size_t length;

    if (!name)
        return false;
    name -= 2;
    length = strcspn(name, " ");
    *ret = (FlagLine){ .name = name, .name_length = strcspn(name, "[= ") };
    ret->optional = name[ret->name_length] == '[';
    value = name + ret->name_length + ret->optional;
    if (*value == '=') {
        ret->value = value + 1;
        ret->value_length = (size_t) (name + length - ret->value) - ret->optional;
    }
    ret->meaning = name + length + strspn(name + length, " ");
    return true;
}

/* ----- Candidates ----- */

void offer(const Question *question, const char *prefix, const char *candidate, size_t length,
           const char *suffix, const char *meaning)
{
    _cleanup_free_ char *whole = NULL;

    if (asprintf(&whole, "%s%.*s%s", prefix, (int) length, candidate, suffix) < 0) {
        whole = NULL;
        return;
    }
    if (startswith(whole, question->word))
        printf("%s\t%s\n", whole, meaning);
}

/* The first word of each line of a list, and the second as its meaning. Continuation lines begin with a
 * blank. */
static int offer_list(const Question *question, const char *prefix, const char *const *command)
{
    _cleanup_strv_ char **lines = NULL;
    int r = ask_rkt(question->global, command, &lines);

    STRV_FOREACH (line, lines) {
        size_t length = strcspn(*line, "\t ");
        char *meaning = *line + length + strspn(*line + length, "\t ");

        meaning[strcspn(meaning, "\t")] = '\0';
        if (length > 0)
            offer(question, prefix, *line, length, "", meaning);
    }
    return r;
}

static int offer_pods(const Question *question, const char *prefix)
{
    int r = offer_list(question, prefix, (const char *const[]){ "list", "--full", "--no-legend", NULL });

    return r < 0 ? r
                 : offer_list(question, prefix, (const char *const[]){ "pod", "list", "--no-legend", NULL });
}

static int offer_image_names(const Question *question, const char *prefix)
{
    return offer_list(question, prefix,
                      (const char *const[]){ "image", "list", "--no-legend", "--fields=name", NULL });
}

static int offer_images(const Question *question, const char *prefix)
{
    if (strchr("/.~", question->word[0]) && question->word[0]) {
        printf(":files\n");
        return 0;
    }
    return offer_image_names(question, prefix);
}

static int offer_image_ids(const Question *question, const char *prefix)
{
    return offer_list(
            question, prefix,
            (const char *const[]){ "image", "list", "--no-legend", "--full", "--fields=id,name", NULL });
}

/* The files for --stage1-from-dir. */
static int offer_stage1_files(const Question *question, const char *prefix)
{
    static const GlobalOptions global = GLOBAL_OPTIONS_INIT;
    _cleanup_closedir_ DIR *dir = NULL;
    ConfiguredPaths paths = {};
    struct dirent *entry;
    int r = global_options_ask_paths(&global, &paths, NULL);

    dir = r >= 0 ? opendir(paths.stage1_images) : NULL;
    while (dir && (entry = readdir(dir)))
        if (endswith(entry->d_name, ".aci"))
            offer(question, prefix, entry->d_name, strlen(entry->d_name), "", "");
    free(paths.data);
    free(paths.stage1_images);
    return r;
}

static int offer_files(const Question *question _unused_, const char *prefix _unused_)
{
    printf(":files\n");
    return 0;
}

static int offer_directories(const Question *question _unused_, const char *prefix _unused_)
{
    printf(":directories\n");
    return 0;
}

static int offer_bools(const Question *question, const char *prefix)
{
    offer(question, prefix, "true", 4, "", "");
    offer(question, prefix, "false", 5, "", "");
    return 0;
}

static int offer_checks(const Question *question, const char *prefix)
{
    const char *word;

    for (size_t i = 0; (word = insecure_option_word(i)); i++)
        offer(question, prefix, word, strlen(word), "", "");
    return 0;
}

static int offer_capabilities(const Question *question, const char *prefix)
{
    const char *name;

    for (unsigned i = 0; (name = capability_to_name(i)); i++)
        offer(question, prefix, name, strlen(name), "", "");
    return 0;
}

static int offer_signals(const Question *question, const char *prefix)
{
    for (int i = 1; i < SIGRTMIN; i++) {
        const char *name = sigabbrev_np(i);
        char whole[32];

        if (!name)
            continue;
        (void) snprintf(whole, sizeof(whole), "SIG%s", name);
        offer(question, prefix, whole, strlen(whole), "", sigdescr_np(i));
    }
    return 0;
}

static const struct {
    const char *name;
    int (*offer)(const Question *question, const char *prefix);
} kinds[] = {
    { "BOOL", offer_bools },     { "CAP", offer_capabilities },
    { "CHECK", offer_checks },   { "DIR", offer_directories },
    { "FILE", offer_files },     { "HASH", offer_image_ids },
    { "IMAGE", offer_images },   { "NAME[:VERSION]", offer_image_names },
    { "SIGNAL", offer_signals }, { "STAGE1", offer_stage1_files },
    { "UUID", offer_pods },
};

/* One alternative of a value: a kind, or a literal word. */
static int offer_alternative(const Question *question, const char *prefix, const char *text, size_t length)
{
    for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
        if (strlen(kinds[i].name) == length && strncmp(kinds[i].name, text, length) == 0)
            return kinds[i].offer(question, prefix);
    if (length > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") >= length)
        offer(question, prefix, text, length, "", "");
    return 0;
}

static int offer_alternatives(const Question *question, const char *prefix, const char *text, size_t length)
{
    const char *end = text + length;
    int r = 0;

    for (const char *p = text; r >= 0 && p < end; p++) {
        size_t n = strcspn(p, "|");

        if (n > (size_t) (end - p))
            n = (size_t) (end - p);
        r = offer_alternative(question, prefix, p, n);
        p += n;
    }
    return r;
}

int offer_value(const Question *question, const char *prefix, const FlagLine *flag)
{
    static const char list[] = ",…";
    size_t length = flag->value_length, tail = strlen(list);
    const char *comma = strrchr(question->word, ',');
    _cleanup_free_ char *before = NULL;

    if (length < tail || strncmp(flag->value + length - tail, list, tail) != 0)
        return offer_alternatives(question, prefix, flag->value, length);
    if (memchr(flag->value, '=', length))
        return 0;
    if (!comma)
        return offer_alternatives(question, prefix, flag->value, length - tail);
    before = strndup(question->word, (size_t) (comma + 1 - question->word));
    return before ? offer_alternatives(question, before, flag->value, length - tail) : -ENOMEM;
}

void offer_flags(const Question *question, char *const *help)
{
    FlagLine flag;

    STRV_FOREACH (line, help) {
        if (!flag_line_parse(*line, &flag))
            continue;
        if (!flag.value || flag.optional)
            offer(question, "", flag.name, flag.name_length, "", flag.meaning);
        if (flag.value)
            offer(question, "", flag.name, flag.name_length, "=", flag.meaning);
    }
}

int offer_arguments(const Question *question, char *const *help)
{
    _cleanup_strv_ char **words = NULL;
    int r = help ? strv_split(help[0], " ", &words) : 0;
    size_t n = strv_length(words);

    for (size_t i = 3; r >= 0 && i < n; i++) {
        FlagLine value = { .value = words[i], .value_length = strlen(words[i]) };

        if (endswith(words[i], "…"))
            value.value_length -= strlen("…");
        if (words[i][0] != '-' && words[i][0] != '[')
            r = offer_value(question, "", &value);
    }
    return r;
}
