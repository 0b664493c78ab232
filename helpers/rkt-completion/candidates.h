/* SPDX-License-Identifier: Apache-2.0 */
/* The words that can complete a command line, one on each line: the word, a tab, and its meaning. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct Question {
    const char *word;
    char *const *global; /* not owned: the flags that select the data directory, --dir=… */
} Question;

/* A flag's line: `  --name=VALUE    meaning`, or with "[=VALUE]" if the value is optional. */
typedef struct FlagLine {
    const char *name, *value, *meaning;
    size_t name_length, value_length;
    bool optional;
} FlagLine;

/* Returns false for a line of `--help` that is not about a flag. */
bool flag_line_parse(const char *line, FlagLine *ret);

/* The lines of the output of `rkt WORDS LAST...`; none if it fails. words (NULL: none) and last end with
 * NULL. */
int ask_rkt(char *const *words, const char *const *last, char ***ret);

/* Prints a candidate if the question's word can become it: prefix, length characters of candidate, suffix. */
void offer(const Question *question, const char *prefix, const char *candidate, size_t length,
           const char *suffix, const char *meaning);

/* Prints the possible values of a flag, after a prefix. A value `WORD,…` is a list: only the part after its
 * last comma is completed. Lists of NAME=VALUE are left to the user. */
int offer_value(const Question *question, const char *prefix, const FlagLine *flag);

/* Prints the flags in the lines of a command's `--help`; the arguments in its first line, which is
 * `Usage: rkt COMMAND [FLAGS] UUID… | --uuid-file=FILE`. help may be NULL. */
void offer_flags(const Question *question, char *const *help);
int offer_arguments(const Question *question, char *const *help);
