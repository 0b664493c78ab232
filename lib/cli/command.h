/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to an exit status: what is the same in the programs behind most verbs. */
#pragma once

#include "base/error.h"
#include "base/option.h"
#include "cli/global-options.h"

enum { EXIT_GENERAL = 254 };

typedef struct Command {
    const char *name;  /* as rkt says it in argv[0]: "status", "image list" */
    const char *label; /* before its messages, if that is another */
    const char *arguments, *summary;
    const Option *options;
    OptionTake take;           /* each option and word that is not global */
    int (*run)(Error *reterr); /* returns the exit status, or a negative errno and words */
    bool for_root;
    bool no_directory; /* where rkt's data is does not matter to it */
} Command;

/* The program's main(): that of its commands (the last is NULL) which argv[0] names. The options that all
 * understand go to global. */
int command_main(const Command *const *commands, GlobalOptions *global, int argc, char **argv);
