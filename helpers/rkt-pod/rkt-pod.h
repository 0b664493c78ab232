/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `rkt pod`, each in a file of its own. */
#pragma once

#include "base/error.h"
#include "cli/format.h"
#include "cli/global-options.h"

/* What all of them understand. */
extern GlobalOptions pod_global;

/* A string; bytes that are no UTF-8, which JSON has to be, become "?". */
json_t *pod_json_text(const char *text);

/* Each takes the whole command line and returns an exit status, or a negative errno and words. */
int pod_check(int argc, char **argv, Error *reterr);
int pod_generate(int argc, char **argv, Error *reterr);
int pod_list(int argc, char **argv, Error *reterr);
