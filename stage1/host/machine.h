/* SPDX-License-Identifier: Apache-2.0 */
/* Our side of rkt-register (Documentation/internals.md): the pod's journal, scope and machine. A pod
 * that needs a scope does not run without it; if the rest fails, there is a warning. */
#pragma once

#include "pod-parts.h"

typedef struct Machine {
    pid_t pid;
    int fd; /* -EBADF: nobody to ask */
    char line[256];
} Machine;

#define MACHINE_INIT                                                                                         \
    {                                                                                                        \
        .fd = -EBADF                                                                                         \
    }

/* Refuses a machine's name that another one has, and a journal that is another's (journal/owner.h). */
int machine_claim_names(const PodSettings *pod, Error *reterr);

/* Starts rkt-register, and opens POD_FD_MACHINED. Where nobody can start the pod's journal, and it is not
 * there, the pod has none of its own from then on. */
int machine_start(Machine *machine, PodParts *pod, Error *reterr);
/* In the init: hands over the connection to rkt-register, or -EBADF. */
int machine_leave(Machine *machine);
void machine_done(Machine *machine);

/* Tells who the pod's init is; with_scope: waits until that sits in its scope. */
int machine_set_leader(Machine *machine, bool with_scope, pid_t leader, Error *reterr);
/* For a moment; without it the pod runs, too. */
void machine_await_registration(Machine *machine);
