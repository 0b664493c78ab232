/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines in the original's style: long flags only (and -h for --help), `--name=value` or `--name
 * value`, booleans `--name[=true]`, flags and arguments in any order (for some commands the order has a
 * meaning), `--` ends the flags. Options are tables, from which the completion and `--help` are made. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

typedef enum OptionArgument {
    OPTION_BOOL,     /* --name, --name=false; the value is "true" or "false" */
    OPTION_VALUE,    /* needs a value */
    OPTION_OPTIONAL, /* --name or --name=value; without "=" the table's default_value */
} OptionArgument;

typedef struct Option {
    const char *name;
    OptionArgument argument;
    int id;                    /* > 0, unique in a program */
    const char *metavar;       /* "NAME" */
    const char *help;          /* NULL: hidden */
    const char *default_value; /* for OPTION_OPTIONAL, and shown in the help */
} Option;

enum { OPTION_TABLES_MAX = 4 };
enum { OPTION_END = 0, OPTION_POSITIONAL = -1000, OPTION_DASH_DASH = -1001 };

typedef struct OptionParser {
    int argc;
    char **argv;
    int index;                               /* the next word; starts at 1 */
    const Option *tables[OPTION_TABLES_MAX]; /* each ends with a NULL name; searched in order */
} OptionParser;

/* Reads the next word. *ret_id is an option's id, OPTION_POSITIONAL (value = the word), OPTION_DASH_DASH
 * (the word "--" itself; the caller decides what follows) or OPTION_END. Values point into argv or a table.
 * Returns 0, or -EINVAL: an unknown flag (the error names the nearest known one), a missing or an
 * unexpected value. */
int option_next(OptionParser *parser, int *ret_id, const char **ret_value, Error *reterr);

/* Whether the word, which begins with "--", is a flag of the table. */
bool option_table_has(const Option *table, const char *word);

/* Prints the options of a table for `--help`. */
void option_print_help(const Option *table);
