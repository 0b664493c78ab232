/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `rkt pod`, each in its own file. */
#pragma once

#include "base/error.h"
#include "cli/format.h"
#include "cli/global-options.h"

/* Options of all of them. */
extern GlobalOptions pod_global;

/* A string; bytes that are not UTF-8 become "?", because JSON must be UTF-8. */
json_t *pod_json_text(const char *text);

/* Each reads the whole command line and returns an exit status, or a negative errno with reterr set. */
int pod_check(int argc, char **argv, Error *reterr);
int pod_generate(int argc, char **argv, Error *reterr);
int pod_list(int argc, char **argv, Error *reterr);
