/* SPDX-License-Identifier: Apache-2.0 */
/* Machines of systemd-machined, which knows each pod as one. */
#pragma once

#include <sys/types.h>

#include "bus.h"

typedef struct MachineOptions {
    const char *name;
    const char *uuid;           /* text; becomes the machine's id */
    pid_t leader;               /* the pod's init */
    const char *root_directory; /* on the host, or "" */
} MachineOptions;

/* Registers a container of service "rkt". A machine of that name whose leader is dead is unregistered first;
 * one that lives is -EEXIST. */
int machine_register(Bus *bus, const MachineOptions *options, Error *reterr);

/* A machine that is not known is no error. */
int machine_unregister(Bus *bus, const char *name, Error *reterr);

/* The pid of a machine's leader; -ENXIO when there is no such machine. */
int machine_leader(Bus *bus, const char *name, pid_t *ret, Error *reterr);

/* Has the bus start machined, without waiting; to be called when a machine is soon to be registered. */
void machined_wake(Bus *bus);
