/* SPDX-License-Identifier: Apache-2.0 */
/* Our side of rkt-register (Documentation/internals.md): the pod's journal, scope and machine. Only the scope
 * is needed for a pod to run; the rest is said and done without. */
#pragma once

#include "host.h"

typedef struct Machine {
    pid_t pid;
    int fd; /* -EBADF: nobody to ask */
    char line[256];
    size_t filled;
} Machine;

#define MACHINE_INIT                                                                                         \
    {                                                                                                        \
        .fd = -EBADF                                                                                         \
    }

/* Refuses a machine's name that another one has, and a journal that is another's (journal/owner.h). */
int machine_claim_names(const Host *host, Error *reterr);

/* Where nobody can start the pod's journal, and it is not there, the pod has none of its own. */
int machine_start(Machine *machine, Host *host, Error *reterr);
/* In the init. */
void machine_leave(Machine *machine, Host *host);
void machine_done(Machine *machine);

int machine_set_leader(Machine *machine, const Host *host, pid_t leader, Error *reterr);
void machine_await_registration(Machine *machine);
