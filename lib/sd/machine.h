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
    int connection;             /* to machined's Varlink socket, or -EBADF; see machine_register() */
} MachineOptions;

/* Registers a container of service "rkt", over the connection if there is one, else over D-Bus. machined (258
 * and later) takes the process that made the connection for the machine's supervisor, which it sends SIGTERM
 * when the machine is to be terminated. A machine of that name whose leader is dead is unregistered first;
 * one that lives is -EEXIST. */
int machine_register(Bus *bus, const MachineOptions *options, Error *reterr);

/* A machine that is not known is not an error. */
int machine_unregister(Bus *bus, const char *name, Error *reterr);

/* The pid of a machine's leader; -ENXIO when there is no such machine. */
int machine_leader(Bus *bus, const char *name, pid_t *ret, Error *reterr);

/* Has the bus start machined, without waiting; to be called when a machine is soon to be registered. */
void machined_wake(Bus *bus);
