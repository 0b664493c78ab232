/* SPDX-License-Identifier: Apache-2.0 */
/* Machines of systemd-machined. Each pod is a machine. */
#pragma once

#include <sys/types.h>

#include "bus.h"

typedef struct MachineOptions {
    const char *name;
    const char *uuid;           /* as text; becomes the machine's ID */
    pid_t leader;               /* the pod's init */
    const char *root_directory; /* on the host, or "" */
    int connection; /* a connection to machined's Varlink socket, or -EBADF; see machine_register() */
} MachineOptions;

/* Registers a container of service "rkt", over the connection if there is one, else over D-Bus. machined
 * (258 and later) takes the process that made the connection for the machine's supervisor, and sends it
 * SIGTERM to terminate the machine. A machine of that name whose leader is dead is unregistered first;
 * -EEXIST: its leader lives. */
int machine_register(Bus *bus, const MachineOptions *options, Error *reterr);

/* An unknown machine is not an error. */
int machine_unregister(Bus *bus, const char *name, Error *reterr);

/* The pid of a machine's leader; -ENXIO when there is no such machine. */
int machine_leader(Bus *bus, const char *name, pid_t *ret, Error *reterr);

/* Makes the bus start machined, without waiting; to be called if a machine is soon to be registered. */
void machined_wake(Bus *bus);
