/* SPDX-License-Identifier: Apache-2.0 */
/* The common part of rkt run and rkt run-prepared: the flags of a run, and the start of the stage1. Each
 * verb gets the pod in its own way. */
#pragma once

#include "base/error.h"
#include "base/option.h"
#include "cli/global-options.h"
#include "pod/pod.h"
#include "cli/run-options.h"

typedef struct RunVerb {
    const char *name, *arguments, *summary;
    const Option *options;
    /* Takes an option of the verb's own, or a word. */
    int (*take)(OptionParser *parser, int id, const char *value, Error *reterr);
    int (*check)(const RunOptions *options, Error *reterr); /* after all are taken */
    /* Returns the pod in prepared/, locked. */
    int (*open)(int root, const GlobalOptions *global, Pod **ret, Error *reterr);
} RunVerb;

/* The program's main(); returns only if no pod is run. */
int run_verb(const RunVerb *verb, int argc, char **argv);
