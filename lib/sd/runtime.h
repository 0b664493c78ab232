/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd and machined keep in /run, read without D-Bus and without libsystemd, which nothing that
 * starts a pod, and no gc, should wait for. Nobody promised these formats: they are good for leaving out a
 * call that would change nothing, and tests/integration/machinectl.sh compares them with what machinectl and
 * systemctl say, on each systemd. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* Whether systemd is PID 1. */
bool systemd_is_running(void);

/* Whether the unit was started and has not ended. */
bool runtime_unit_is_active(const char *unit);

typedef struct RuntimeMachine {
    char *name;
    char *id;      /* 32 hexadecimal digits */
    char *service; /* "rkt" for our machines */
    pid_t leader;
} RuntimeMachine;

/* Frees the contents of the machine, not the struct itself, and empties it. */
void runtime_machine_done(RuntimeMachine *machine);

/* The machine of that name; -ENOENT: there is none. */
int runtime_machine_read(const char *name, RuntimeMachine *ret);

/* The machine that is registered from a unit; -ENOENT: none, or systemd is 258 or later, where a unit may
 * have several. */
int runtime_machine_of_unit(const char *unit, RuntimeMachine *ret);

/* Calls back for every registered machine; ends with the callback's result as soon as that is not 0. */
typedef int (*RuntimeMachineCallback)(const RuntimeMachine *machine, void *userdata);
int runtime_machine_foreach(RuntimeMachineCallback callback, void *userdata);
