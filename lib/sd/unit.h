/* SPDX-License-Identifier: Apache-2.0 */
/* Units of the system's systemd: start, stop, queries, and scopes around existing processes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "bus.h"

/* Starts, stops or restarts a unit and waits until the job is done: one round trip and one signal. -EPROTO:
 * the job did not end well ("failed", "dependency" …); -ENOENT: there is no such unit. */
int unit_start(Bus *bus, const char *name, Error *reterr);
int unit_stop(Bus *bus, const char *name, Error *reterr);
int unit_restart(Bus *bus, const char *name, Error *reterr);

typedef struct ScopeOptions {
    const char *name; /* "….scope" */
    const char *slice;
    const char *description;
    const char *after; /* a unit that is stopped after it; NULL: none */
    const pid_t *pids; /* the process that moves into it */
    size_t n_pids;
    bool delegate;
} ScopeOptions;

/* Makes a transient scope and waits until the processes are in it. */
int unit_start_scope(Bus *bus, const ScopeOptions *options, Error *reterr);

typedef struct UnitState {
    char *active_state; /* "active", "inactive", "failed" … */
    char *sub_state;
    pid_t main_pid; /* 0: none */
} UnitState;

/* One round trip for a unit that is loaded; a unit that is not loaded is "inactive". */
int unit_query(Bus *bus, const char *name, UnitState *ret, Error *reterr);

/* The unit of the system's systemd that a process belongs to, by its cgroup; the caller frees. -ENODATA:
 * none. */
int unit_of_process(pid_t pid, char **ret);

/* The main process of the unit that a process belongs to; 0: the unit has none. -EPROTO and others: it
 * belongs to no unit, or to one that is not a service. */
int unit_main_pid_of(Bus *bus, pid_t pid, pid_t *ret, Error *reterr);
void unit_state_done(UnitState *state);
