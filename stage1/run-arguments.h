/* SPDX-License-Identifier: Apache-2.0 */
/* What stage0 says to the entrypoint `run` of any flavour; each flavour refuses what it can't do. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Strings point into argv, or are constants. */
typedef struct RunArguments {
    const char *uuid, *hostname, *network, *ipc;
    const char *resolv_mode, *hosts_mode; /* "host", "stage0", "none" or "default" */
    bool debug, interactive, no_capabilities, no_paths, no_seccomp;
} RunArguments;

#define RUN_ARGUMENTS_INIT                                                                                   \
    {                                                                                                        \
        .ipc = "auto", .resolv_mode = "default", .hosts_mode = "default"                                     \
    }

/* Fills arguments, which begin as RUN_ARGUMENTS_INIT, from the command line; strings point into argv.
 * -EINVAL: not valid, said; -EOPNOTSUPP: a flag of the interface that is not built yet. */
int run_arguments_parse(RunArguments *arguments, int argc, char *argv[], Error *reterr);

/* The descriptor of $RKT_LOCK_FD, from now on closed by an exec. */
int run_take_lock(int *ret, Error *reterr);
