/* SPDX-License-Identifier: Apache-2.0 */
/* What stays outside of the pod when its init is not a service's main process: it prints the apps' output,
 * hands signals on, and waits. */
#pragma once

#include "backlog.h"
#include "console.h"
#include "machine.h"

typedef struct LogPipe {
    int fd; /* read end */
    char line[2048];
    size_t filled;
    Backlog backlog; /* for the journal */
} LogPipe;

typedef struct ForegroundApp {
    const char *name;  /* not owned */
    pid_t pid;         /* as its init sees it; 0: not known yet */
    LineBudget budget; /* of what it writes; the init has one for what it sends */
} ForegroundApp;

typedef struct Foreground {
    pid_t init;
    LogPipe *pipes; /* two an app: output, errors; then the init's own */
    size_t n_pipes;
    ForegroundApp *apps;
    size_t n_apps;
    int control;      /* what the apps' processes tell us; -EBADF: the pod has ended */
    int init_errors;  /* what the init writes to */
    Console *console; /* of an interactive pod, or NULL: the init has a copy of this memory */
    int master;       /* of its terminal, until the console has it */
} Foreground;

#define FOREGROUND_INIT                                                                                      \
    {                                                                                                        \
        .control = -EBADF, .init_errors = -EBADF, .master = -EBADF                                           \
    }

/* Takes over the reading end of every app's output, and makes its errors a pipe of their own; nothing to do
 * for a service, whose init reads them. */
int foreground_open_pipes(Foreground *foreground, PodParts *pod, Error *reterr);
/* interactive.c: what the only app of an interactive pod gets as its descriptors 0, 1 and 2. */
int foreground_open_console(Foreground *foreground, PodParts *pod, Error *reterr);
void foreground_leave(Foreground *foreground); /* in the init */
void foreground_done(Foreground *foreground);

/* Closes here what the apps say things by, which is the pod's alone then. Returns the pod's exit status. */
int foreground_run(Foreground *foreground, PodParts *pod, Machine *machine);
/* Ends the pod, if there is an init. */
void foreground_kill(Foreground *foreground);
