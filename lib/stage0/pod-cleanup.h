/* SPDX-License-Identifier: Apache-2.0 */
/* Removes a pod with everything that it has outside of its directory. All programs remove pods this way. */
#pragma once

#include "cli/global-options.h"
#include "pod/pod.h"

/* What ended pods have left outside: the machines and journals of all of them, as "OWNER NAME", and the
 * cgroup2 tree. Each is read when the first pod needs it; pods that end later may leave more. */
typedef struct Leftovers {
    bool machines_known, journals_known;
    char **machines, **journals;
    int cgroups;
} Leftovers;

#define LEFTOVERS_INIT ((Leftovers){ .cgroups = -EBADF })
/* Frees and closes the contents, and empties it: it can be used again. */
void leftovers_done(Leftovers *leftovers);

/* Unregisters the machine of a pod that has ended, if machined still has it. */
void pod_unregister(const Pod *pod, Leftovers *leftovers);

/* Stops a journal namespace and removes its files, if it still belongs to the owner. */
int journal_namespace_discard(const char *name, const char *owner);

/* Removes a pod whose lock the caller holds, with everything that it left. It is moved to garbage first, if
 * it is not there yet. If something cannot be cleaned up, it stays there for the next try. Failures of a
 * stage1's own gc are only logged. */
int pod_discard(Pod *pod, const GlobalOptions *global, Leftovers *leftovers, Error *reterr);

/* Runs rkt-register --unregister. */
int run_unregister(const char *option, const char *value);
