/* SPDX-License-Identifier: Apache-2.0 */
/* rkt completion SHELL prints the script of a shell. The scripts know nothing of rkt: they ask
 * `rkt completion -- WORD...` what the last WORD can be, and get a line for each candidate: the word, a tab,
 * what it means. ":files" and ":directories" are lines that leave it to the shell.
 *
 * There is no second list of commands and flags to keep: what is answered comes from rkt itself, `rkt help`
 * and `rkt COMMAND --help`, which print the tables that they parse with. Words in capitals in those say of
 * what kind a value is (the table of kinds), words in small letters between "|" are values, and ",…" makes a
 * list of them. */

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file-util.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "cli/global-options.h"
#include "rkt-config.h"
#include "sandbox/capability.h"

enum { EXIT_GENERAL = 254, OUTPUT_MAX = 16 << 20 };

static const struct {
    const char *name, *script;
} shells[] = {
    { "bash", RKT_BASH_COMPLETION_DIR "/rkt" },
    { "fish", RKT_FISH_COMPLETION_DIR "/rkt.fish" },
    { "zsh", RKT_ZSH_COMPLETION_DIR "/_rkt" },
};

static const Option options[] = { {} };

static GlobalOptions arg_global = GLOBAL_OPTIONS_INIT;
static const char *arg_shell;

/* ----- What rkt says ----- */

/* The output of `rkt WORDS LAST...` as lines; none when it fails. */
static int ask_rkt(char *const *words, const char *const *last, char ***ret)
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

/* A flag's line: `  --name=VALUE    meaning`, or with "[=VALUE]" when it can do without. */
typedef struct FlagLine {
    const char *name, *value, *meaning;
    size_t name_length, value_length;
    bool optional;
} FlagLine;

static bool flag_line_parse(const char *line, FlagLine *ret)
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

typedef struct Question {
    const char *word;
    char *const *global; /* not owned: the flags that say which rkt is meant, --dir=… */
} Question;

static void offer(const Question *question, const char *prefix, const char *candidate, size_t length,
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

/* The first word of each line of a list, and the second as its meaning. Lines that go on with the one before
 * begin with a blank. */
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

/* What --stage1-from-dir finds. */
static int offer_stage1_files(const Question *question, const char *prefix)
{
    _cleanup_closedir_ DIR *dir = NULL;
    _cleanup_strv_ char **lines = NULL;
    struct dirent *entry;
    int r = ask_rkt(NULL, (const char *const[]){ "config", "--print-stage1-images", NULL }, &lines);

    dir = strv_length(lines) > 0 ? opendir(lines[0]) : NULL;
    while (dir && (entry = readdir(dir)))
        if (endswith(entry->d_name, ".aci"))
            offer(question, prefix, entry->d_name, strlen(entry->d_name), "", "");
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

/* One alternative of a value, a kind or a word that is meant literally. */
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

/* `WORD,…` is a list: what can stand behind its last comma. Lists of NAME=VALUE are left to the user. */
static int offer_value(const Question *question, const char *prefix, const FlagLine *flag)
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

static void offer_flags(const Question *question, char *const *help)
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

/* The arguments in `Usage: rkt COMMAND [FLAGS] UUID… | --uuid-file=FILE`. */
static int offer_arguments(const Question *question, char *const *help)
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

/* ----- The line so far ----- */

typedef struct Line {
    char **global;    /* --dir=… */
    char **command;   /* "image", "list" */
    bool complete;    /* nothing can follow the command but its own words */
    bool foreign;     /* behind "--": the words of a program that we don't know */
    char **commands;  /* all that there are: `  image list     what it does` */
    const char *flag; /* a flag that stands before the last word, without a value */
} Line;

static void line_done(Line *line)
{
    strv_free(line->global);
    strv_free(line->command);
    strv_free(line->commands);
}

/* What stands behind the words of `prefix` in a line of a command; NULL when it begins with other words. */
static const char *command_rest(const char *line, char *const *prefix)
{
    const char *p = startswith(line, "  ");

    STRV_FOREACH (word, prefix) {
        p = p ? startswith(p, *word) : NULL;
        if (!p || *p != ' ')
            return NULL;
        p++;
    }
    return p && *p != '-' ? p : NULL;
}

/* Takes a word behind those of the command so far: complete when no command has more words. */
static int line_take(Line *line, const char *word)
{
    int r = streq(word, "help") ? 0 : strv_extend(&line->command, word);

    line->complete = line->command;
    STRV_FOREACH (command, line->commands) {
        const char *rest = command_rest(*command, line->command);

        if (rest && *rest != ' ')
            line->complete = false;
    }
    return r;
}

static bool takes_value(const char *flag)
{
    if (strchr(flag, '='))
        return false;
    for (const Option *o = global_option_table(); o->name; o++)
        if (streq(o->name, flag + 2))
            return o->argument == OPTION_VALUE;
    return false;
}

static int line_read(Line *line, char **words, size_t n)
{
    int r = ask_rkt(NULL, (const char *const[]){ "help", NULL }, &line->commands);

    for (size_t i = 0; r >= 0 && i + 1 < n; i++) {
        line->flag = NULL;
        if (line->foreign)
            line->foreign = !streq(words[i], "---");
        else if (streq(words[i], "--"))
            line->foreign = true;
        else if (!startswith(words[i], "--"))
            r = line->complete ? 0 : line_take(line, words[i]);
        else {
            if (startswith(words[i], "--dir="))
                r = strv_extend(&line->global, words[i]);
            if (!line->complete && takes_value(words[i]) && i + 2 < n)
                i++;
            else
                line->flag = strchr(words[i], '=') ? NULL : words[i];
        }
    }
    return r;
}

static void offer_commands(const Question *question, const Line *line)
{
    char **commands = line->commands;

    STRV_FOREACH (command, commands) {
        const char *rest = command_rest(*command, line->command), *meaning;
        size_t length = rest ? strcspn(rest, " ") : 0;

        if (length == 0)
            continue;
        meaning = rest + length;
        /* Of a group, its first command stands for all. */
        if (meaning[0] == ' ' && meaning[1] != ' ') {
            if (command > commands && strncmp(command[-1], *command, (size_t) (meaning - *command) + 1) == 0)
                continue;
            meaning = "";
        }
        offer(question, "", rest, length, "", meaning + strspn(meaning, " "));
    }
}

/* The flag's value: behind "=", or the word after a flag that needs one. */
static int offer_flag_value(const Question *question, const Line *line, char *const *help)
{
    const char *given = line->flag ? line->flag : question->word;
    size_t length = strcspn(given, "=");
    _cleanup_free_ char *prefix = NULL;
    FlagLine flag;

    if (!line->flag) {
        prefix = strndup(given, length + 1);
        if (!prefix)
            return -ENOMEM;
    }
    STRV_FOREACH (text, help)
        if (flag_line_parse(*text, &flag) && flag.value && flag.name_length == length &&
            strncmp(flag.name, given, length) == 0 && !(line->flag && flag.optional)) {
            int r = offer_value(question, prefix ? prefix : "", &flag);

            return r < 0 ? r : 1;
        }
    return 0;
}

static int answer(char **words, size_t n)
{
    Question question = { .word = n > 0 ? words[n - 1] : "" };
    _cleanup_(line_done) Line line = {};
    _cleanup_strv_ char **help = NULL;
    int r = line_read(&line, words, n);

    question.global = line.global;
    if (r >= 0 && line.foreign) {
        printf(":files\n");
        return 0;
    }
    if (r >= 0)
        r = ask_rkt(line.command, (const char *const[]){ "--help", NULL }, &help);
    if (r >= 0 && (line.flag || (startswith(question.word, "--") && strchr(question.word, '='))))
        r = offer_flag_value(&question, &line, help);
    if (r == 0 && question.word[0] == '-')
        offer_flags(&question, help);
    else if (r == 0 && !line.complete)
        offer_commands(&question, &line);
    else if (r == 0)
        r = offer_arguments(&question, help);
    return r < 0 ? r : 0;
}

/* ----- The scripts ----- */

static int print_script(const char *shell, Error *reterr)
{
    const char *names[ELEMENTSOF(shells)], *nearest;

    for (size_t i = 0; i < ELEMENTSOF(shells); i++) {
        _cleanup_free_ char *script = NULL;
        int r;

        names[i] = shells[i].name;
        if (!streq(shells[i].name, shell))
            continue;
        r = read_file_at(AT_FDCWD, shells[i].script, OUTPUT_MAX, &script, NULL);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot read %s", shells[i].script);
        printf("%s", script);
        return 0;
    }
    nearest = nearest_string(shell, names, ELEMENTSOF(names));
    return error_set(reterr, -EINVAL, "unknown shell \"%s\"%s%s%s: bash, fish and zsh are known", shell,
                     nearest ? " (did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?)" : "");
}

static int take_option(int id, const char *value, Error *reterr)
{
    if (id != OPTION_POSITIONAL || arg_shell)
        return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
    arg_shell = value;
    return 0;
}

static int run(int argc, char **argv, Error *reterr)
{
    int r;

    if (argc > 1 && streq(argv[1], "--"))
        return answer(argv + 2, (size_t) (argc - 2));
    r = command_line_read(argc, argv, options, &arg_global, take_option, reterr);
    if (r < 0)
        return r;
    if (arg_global.help) {
        verb_print_help("completion", "bash|fish|zsh", "Prints completions for a shell.", options);
        return 0;
    }
    return arg_shell ? print_script(arg_shell, reterr)
                     : error_set(reterr, -EINVAL, "must name a shell: bash, fish or zsh");
}

int main(int argc, char **argv)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = run(argc, argv, &error);

    if (r >= 0 && (fflush(stdout) == EOF || ferror(stdout)))
        r = error_set_errno(&error, -EIO, "cannot write the answer");
    if (r < 0) {
        error_print(&error, r, "completion", arg_global.debug);
        return EXIT_GENERAL;
    }
    return 0;
}
