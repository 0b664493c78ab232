/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an exit status: the common code of the programs for most verbs. */
#pragma once

#include "base/error.h"
#include "base/option.h"
#include "cli/global-options.h"

enum { EXIT_GENERAL = 254 };

typedef struct Command {
    const char *name;  /* argv[0] as rkt sets it: "status", "image list" */
    const char *label; /* the beginning of its messages, if different */
    const char *arguments, *summary;
    const Option *options;
    OptionTake take;           /* called for each option and word that is not global */
    int (*run)(Error *reterr); /* returns the exit status, or a negative errno with reterr set */
    bool for_root;
    bool no_directory; /* it does not use rkt's data directory */
} Command;

/* The main() of a program: runs the command that argv[0] names (the last of commands is NULL). Global
 * options go to global. */
int command_main(const Command *const *commands, GlobalOptions *global, int argc, char **argv);
