/* SPDX-License-Identifier: Apache-2.0 */
/* What rkt run and rkt run-prepared have in common: flags of a run, and the way into the stage1. Where the
 * pod comes from is each verb's own. */
#pragma once

#include "base/error.h"
#include "base/option.h"
#include "cli/global-options.h"
#include "pod/pod.h"
#include "cli/run-options.h"

typedef struct RunVerb {
    const char *name, *arguments, *summary;
    const Option *options;
    /* An option of the verb's own, or a word. */
    int (*take)(OptionParser *parser, int id, const char *value, Error *reterr);
    int (*check)(const RunOptions *options, Error *reterr); /* once all are taken */
    /* Gives the pod in prepared/, locked. */
    int (*open)(int root, const GlobalOptions *global, Pod **ret, Error *reterr);
} RunVerb;

/* The program's main(); returns only when there is no pod to run. */
int run_verb(const RunVerb *verb, int argc, char **argv);
