/* SPDX-License-Identifier: Apache-2.0 */
/* What stage0 says to the entrypoint `enter` of any flavour. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

typedef struct EnterArguments {
    pid_t pid;            /* of the pod's init */
    const char *app_name; /* not owned */
    char **command;       /* not owned; at least one word */
    bool debug;
} EnterArguments;

/* Fills arguments, which must be all zero, from the command line; strings point into argv. -EINVAL: what is
 * needed is missing, or an argument is not known. */
int enter_arguments_parse(EnterArguments *arguments, int argc, char *argv[], Error *reterr);

/* The pod's UUID, which is the name of the working directory; the caller frees. NULL: out of memory, or the
 * working directory is gone. */
char *enter_find_uuid(void);
