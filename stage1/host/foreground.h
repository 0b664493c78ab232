/* SPDX-License-Identifier: Apache-2.0 */
/* What stays outside of the pod when its init is not a service's main process: it prints the apps' output,
 * hands signals on, and waits. */
#pragma once

#include "backlog.h"
#include "console.h"
#include "host.h"
#include "machine.h"

typedef struct LogPipe {
    int fd; /* read end */
    char line[2048];
    size_t filled;
    Backlog backlog; /* for the journal */
} LogPipe;

typedef struct Foreground {
    pid_t init;
    LogPipe *pipes; /* two an app: output, errors; then the init's own */
    size_t n_pipes;
    int init_errors; /* what the init writes to */
    pid_t *app_pids;
    Console *console; /* of an interactive pod, or NULL: the init has a copy of this memory */
    int master;       /* of its terminal, until the console has it */
} Foreground;

#define FOREGROUND_INIT                                                                                      \
    {                                                                                                        \
        .init_errors = -EBADF, .master = -EBADF                                                              \
    }

/* Takes over the reading end of every app's output, and makes its errors a pipe of their own; nothing to do
 * for a service, whose init reads them. */
int foreground_open_pipes(Foreground *foreground, Host *host, Error *reterr);
int foreground_open_console(Foreground *foreground, Host *host, Error *reterr); /* interactive.c */
void foreground_leave(Foreground *foreground);                                  /* in the init */
void foreground_done(Foreground *foreground);

/* Returns the pod's exit status. */
int foreground_run(Foreground *foreground, Host *host, Machine *machine);
void foreground_kill(Foreground *foreground);
