/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an exit status: the common code of the programs for most verbs. */
#pragma once

#include "base/error.h"
#include "base/option.h"
#include "cli/global-options.h"

enum { EXIT_GENERAL = 254 };

typedef struct Command {
    const char *name;  /* argv[0] as rkt sets it: "status", "image list" */
    const char *label; /* the beginning of its messages; NULL: the name */
    const char *arguments, *summary;
    const Option *options;
    OptionTake take; /* called for each option and word that is not global */
    /* Reads the whole command line, where a table of options is not enough. NULL: options and take are used.
     */
    int (*parse)(int argc, char **argv, Error *reterr);
    void (*print_help)(void);  /* NULL: arguments, summary and options are printed */
    int (*run)(Error *reterr); /* returns the exit status, or a negative errno with reterr set */
    bool for_root;
    bool no_directory; /* it does not use rkt's data directory */
    bool is_program;   /* not a verb of rkt's: it is started as rkt-NAME */
} Command;

/* The main() of a program: runs the command that argv[0] names (the last of commands is NULL), or the only
 * one. Global options go to global. */
int command_main(const Command *const *commands, GlobalOptions *global, int argc, char **argv);
