/* SPDX-License-Identifier: Apache-2.0 */
/* rkt completion SHELL prints the script for a shell. The scripts know nothing of rkt: they ask `rkt
 * completion -- WORD...` for the possible values of the last WORD, and get a line for each candidate: the
 * word, a tab, its meaning. With the lines ":files" and ":directories" the shell itself completes.
 *
 * There is no second list of commands and flags: the answers come from rkt itself, `rkt help` and `rkt
 * COMMAND --help`, which print the tables with which they parse. In these, words in capitals name the kind
 * of a value (the table of kinds), words in small letters between "|" are values, and ",…" makes a list of
 * them. */

#include "base/file-util.h"
#include "base/string-util.h"
#include "cli/global-options.h"
#include "candidates.h"
#include "rkt-config.h"

enum { EXIT_GENERAL = 254, SCRIPT_MAX = 1 << 20 };

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

/* ----- The line so far ----- */

typedef struct Line {
    char **global;    /* --dir=… */
    char **command;   /* "image", "list" */
    bool complete;    /* only words of the command itself can follow */
    bool foreign;     /* after "--": the words of a program that rkt does not know */
    char **commands;  /* all commands: `  image list     what it does` */
    const char *flag; /* a flag before the last word, without a value */
} Line;

static void line_done(Line *line)
{
    strv_free(line->global);
    strv_free(line->command);
    strv_free(line->commands);
}

/* The part after the words of `prefix` in a line of a command; NULL if it begins with other words. */
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

/* Adds a word to the command so far: it is complete if no command has more words. */
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
        /* The first command of a group stands for all of it. */
        if (meaning[0] == ' ' && meaning[1] != ' ') {
            if (command > commands && strncmp(command[-1], *command, (size_t) (meaning - *command) + 1) == 0)
                continue;
            meaning = "";
        }
        offer(question, "", rest, length, "", meaning + strspn(meaning, " "));
    }
}

/* The flag's value: after "=", or the next word if the flag needs a value. */
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
        r = read_file_at(AT_FDCWD, shells[i].script, SCRIPT_MAX, &script, NULL);
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
