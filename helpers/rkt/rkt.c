/* SPDX-License-Identifier: Apache-2.0 */
/* /usr/bin/rkt: looks the verb up and executes its program. It has no privilege and links only libc.
 * run-prepared, which needs no more than that either, is part of it: each program on the way to an app
 * costs half a millisecond. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "appc/types.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "cli/global-options.h"
#include "rkt-config.h"
#include "run-prepared.h"

enum { EXIT_USAGE = 2, EXIT_GENERAL = 254 };

typedef struct Verb {
    const char *group; /* NULL, or the word before it */
    const char *name;
    const char *helper;                 /* the part after "rkt-"; NULL: it is part of this program */
    const char *help;                   /* NULL: hidden, or not built in a helper that has other verbs */
    int (*main)(int argc, char **argv); /* for a verb that is part of this program */
} Verb;

static int refuse(int id _unused_, const char *value, Error *reterr)
{
    return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
}

static int version(int argc, char **argv)
{
    static const Option options[] = { {} };
    _cleanup_error_ Error error = ERROR_INIT;
    GlobalOptions global = GLOBAL_OPTIONS_INIT;
    int r = command_line_read(argc, argv, options, &global, refuse, &error);

    if (r < 0) {
        error_print(&error, r, "version", global.debug);
        return EXIT_GENERAL;
    }
    if (global.help)
        verb_print_help("version", "", "Prints the versions of rkt and of the App Container specification.",
                        options);
    else
        printf("rkt Version: %s\nappc Version: %s\n", RKT_VERSION, APPC_VERSION);
    return 0;
}

static const Verb verbs[] = {
    { NULL, "api-service", "api-service", "serve the read-only API" },
    { "app", "add", "app", "add an app to a running pod" },
    { "app", "exec", "app", "run a command in an app of a pod" },
    { "app", "list", "app", "list the apps of a pod" },
    { "app", "rm", "app", "remove an app from a pod" },
    { "app", "sandbox", "app", "make an empty pod that apps can be added to" },
    { "app", "start", "app", "start an app of a pod" },
    { "app", "status", "app", "show the state of an app" },
    { "app", "stop", "app", "stop an app of a pod" },
    { NULL, "attach", "attach", "attach to the input and output of an app" },
    { NULL, "cat-manifest", "status", "print the manifest of a pod" },
    { NULL, "completion", "completion", "print completions for a shell" },
    { NULL, "config", "config", "print the configuration" },
    { NULL, "enter", "enter", "run a command inside an app of a running pod" },
    { NULL, "export", "export", "make an image from an app of an exited pod" },
    { NULL, "fetch", "fetch", "bring images into the store" },
    { NULL, "gc", "gc", "remove pods that have ended" },
    { NULL, "help", NULL, "show the help of a command" },
    { "image", "cat-manifest", "image", NULL },
    { "image", "export", "image", NULL },
    { "image", "extract", "image", NULL },
    { "image", "fetch", "fetch", NULL },
    { "image", "gc", "image", "remove images that are no longer used" },
    { "image", "list", "image", "list the images in the store" },
    { "image", "render", "image", NULL },
    { "image", "rm", "image", "remove images from the store" },
    { "image", "verify", "image", NULL },
    { NULL, "list", "list", "list pods" },
    { NULL, "metadata-service", "metadata-service", "serve metadata to apps" },
    { "pod", "check", "pod", "check pod files" },
    { "pod", "generate", "pod", "print the pod file for a command line of run" },
    { "pod", "list", "pod", "list the pods that are declared in files" },
    { NULL, "prepare", "prepare", "prepare a pod without running it" },
    { NULL, "rm", "rm", "remove pods and everything that belongs to them" },
    { NULL, "run", "run", "prepare a pod and run it" },
    { NULL, "run-prepared", NULL, "run a prepared pod", run_prepared },
    { NULL, "status", "status", "show the state of a pod" },
    { NULL, "stop", "stop", "stop running pods" },
    { NULL, "trust", "trust", "trust a key for signatures of images" },
    { NULL, "version", NULL, "print the version", version },
};

/* Verbs that are not built are not listed. */
static bool is_listed(const Verb *verb)
{
    char path[256];

    if (!verb->help || !verb->helper)
        return verb->help;
    (void) snprintf(path, sizeof(path), "%s/rkt-%s", RKT_LIBEXECDIR, verb->helper);
    return access(path, X_OK) >= 0;
}

static void print_help(const char *group)
{
    printf("Usage: rkt [GLOBAL FLAGS] %s%sCOMMAND [FLAGS] [ARGUMENTS]\n\nCommands:\n", group ? group : "",
           group ? " " : "");
    for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
        char name[64];

        if (!is_listed(&verbs[i]) || (group && !streq_ptr(verbs[i].group, group)))
            continue;
        (void) snprintf(name, sizeof(name), "%s%s%s", verbs[i].group ? verbs[i].group : "",
                        verbs[i].group ? " " : "", verbs[i].name);
        printf("  %-20s %s\n", name, verbs[i].help);
    }
    printf("\nGlobal flags:\n");
    option_print_help(global_option_table());
    printf("\n`rkt help COMMAND` shows the flags of a command.\n");
}

/* The word for a verb at this place: its group before the group was given, else its name. */
static const char *verb_word(const Verb *verb, const char *group)
{
    if (group)
        return streq_ptr(verb->group, group) ? verb->name : NULL;
    return verb->group ? verb->group : verb->name;
}

static int ambiguous_verb(const char *word, const char *const *known, size_t n, Error *reterr)
{
    _cleanup_buffer_ Buffer b = {};
    _cleanup_free_ char *matches = NULL;
    int r;

    for (size_t i = 0; i < n; i++)
        if (startswith(known[i], word))
            buffer_addf(&b, "%s%s", b.size > 0 ? ", " : "", known[i]);
    r = buffer_steal(&b, &matches);
    return r < 0 ? r : error_set(reterr, -EINVAL, "ambiguous command \"%s\": %s", word, matches);
}

/* The verb, or a verb of the group, with that word or unique prefix. */
static int find_verb(const char *word, const char *group, const Verb **ret, Error *reterr)
{
    const char *known[ELEMENTSOF(verbs)], *nearest;
    const Verb *found = NULL;
    unsigned matches = 0;
    size_t n = 0;

    for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
        const char *name = verb_word(&verbs[i], group);

        if (!name || (n > 0 && streq(known[n - 1], name)))
            continue;
        known[n++] = name;
        if (streq(name, word)) {
            *ret = &verbs[i];
            return 0;
        }
        if (*word && startswith(name, word)) {
            found = &verbs[i];
            matches++;
        }
    }
    if (matches == 1) {
        *ret = found;
        return 0;
    }
    if (matches > 1)
        return ambiguous_verb(word, known, n, reterr);
    nearest = nearest_string(word, known, n);
    if (nearest)
        return error_set(reterr, -EINVAL, "unknown command \"%s\" (did you mean \"%s\"?)", word, nearest);
    return error_set(reterr, -EINVAL, "unknown command \"%s\"; `rkt help` lists them", word);
}

/* Arguments of the verb's program: every word except the verb's own, in the original order. */
static int verb_arguments(const Verb *verb, char **argv, const int *skipped, char ***ret)
{
    _cleanup_strv_ char **words = NULL;
    int r = strv_extendf(&words, "%s%s%s", verb->group ? verb->group : "", verb->group ? " " : "",
                         verb->name);

    for (int i = 1; r >= 0 && argv[i]; i++)
        if (i != skipped[0] && i != skipped[1])
            r = strv_extend(&words, argv[i]);
    if (r >= 0)
        *ret = TAKE_PTR(words);
    return r;
}

static int exec_helper(const Verb *verb, char **words, Error *reterr)
{
    _cleanup_free_ char *path = NULL;

    if (asprintf(&path, "%s/rkt-%s", RKT_LIBEXECDIR, verb->helper) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    (void) execv(path, words);
    if (errno == ENOENT)
        return error_set(reterr, -ENOENT, "this build of rkt has no command \"%s\" (%s is missing)", words[0],
                         path);
    return error_set_errno(reterr, -errno, "cannot run %s", path);
}

static bool has_program(const Verb *verb)
{
    return verb->helper || verb->main;
}

static int become_program(const Verb *verb, char **argv, const int *skipped, Error *reterr)
{
    _cleanup_strv_ char **words = NULL;
    int r = verb_arguments(verb, argv, skipped, &words);

    if (r < 0)
        return r;
    return verb->main ? verb->main((int) strv_length(words), words) : exec_helper(verb, words, reterr);
}

/* A flag of the command itself may come before it, as in `rkt --stage1-path=FILE run`; because of the "="
 * the next word is not its value. */
static bool is_flag_of_verb(const char *word)
{
    return word && startswith(word, "--") && strchr(word, '=') &&
           !option_table_has(global_option_table(), word);
}

typedef struct Choice {
    const Verb *verb;    /* NULL: the words end before there is one */
    const char *group;   /* that was given */
    const char *foreign; /* a flag of the verb that came before it */
    int words[2];        /* positions of group and verb, 0: none */
} Choice;

static int choose_verb(OptionParser *parser, GlobalOptions *global, Choice *ret, Error *reterr)
{
    Choice choice = {};
    const char *value;
    int id, r;

    while (!choice.verb) {
        if (is_flag_of_verb(parser->argv[parser->index])) {
            choice.foreign = parser->argv[parser->index++];
            continue;
        }
        r = option_next(parser, &id, &value, reterr);
        if (r >= 0 && global_options_has(id)) {
            r = global_options_take(global, id, value, reterr);
            if (r >= 0)
                continue;
        }
        if (r < 0)
            return r;
        if (id != OPTION_POSITIONAL)
            break;
        choice.words[choice.group ? 1 : 0] = parser->index - 1;
        r = find_verb(value, choice.group, &choice.verb, reterr);
        if (r < 0)
            return r;
        if (choice.verb->group && !choice.group) {
            choice.group = choice.verb->group;
            choice.verb = NULL;
        }
    }
    *ret = choice;
    return 0;
}

/* `rkt help VERB` is `rkt VERB --help`. */
static int help(OptionParser *parser, GlobalOptions *global, Error *reterr)
{
    char option[] = "--help", *words[] = { parser->argv[0], option, NULL };
    Choice choice;
    int r = choose_verb(parser, global, &choice, reterr);

    if (r < 0)
        return r;
    if (choice.foreign)
        return error_set(reterr, -EINVAL, "unknown flag: %s", choice.foreign);
    if (choice.verb && has_program(choice.verb))
        return become_program(choice.verb, words, (const int[]){ 0, 0 }, reterr);
    print_help(choice.group);
    return 0;
}

static int dispatch(int argc, char **argv, GlobalOptions *global, Error *reterr)
{
    OptionParser parser = { .argc = argc, .argv = argv, .index = 1, .tables = { global_option_table() } };
    Choice choice;
    int r = choose_verb(&parser, global, &choice, reterr);

    if (r < 0)
        return r;
    if (choice.verb && has_program(choice.verb))
        return become_program(choice.verb, argv, choice.words, reterr);
    if (choice.verb && !choice.foreign)
        return help(&parser, global, reterr);
    if (choice.foreign)
        return error_set(reterr, -EINVAL, "unknown flag: %s", choice.foreign);
    print_help(choice.group);
    return global->help ? 0 : EXIT_USAGE;
}

int main(int argc, char **argv)
{
    _cleanup_error_ Error error = ERROR_INIT;
    GlobalOptions global = GLOBAL_OPTIONS_INIT;
    int r = spawn_prepare();

    if (r >= 0)
        r = dispatch(argc, argv, &global, &error);

    if (r < 0) {
        error_print(&error, r, "rkt", global.debug);
        return EXIT_GENERAL;
    }
    return r;
}
