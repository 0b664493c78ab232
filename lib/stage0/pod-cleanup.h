/* SPDX-License-Identifier: Apache-2.0 */
/* Taking a pod away with all that it holds outside of its directory: the one way in which a pod is removed.
 */
#pragma once

#include "cli/global-options.h"
#include "pod/pod.h"

/* Where ended pods leave something: the machines and journals of all of them, as "OWNER NAME", and the
 * cgroup2 tree. Each is looked for when the first pod wants to know; one that ended later may have left more.
 */
typedef struct Leftovers {
    bool machines_known, journals_known;
    char **machines, **journals;
    int cgroups;
} Leftovers;

#define LEFTOVERS_INIT ((Leftovers){ .cgroups = -EBADF })
/* Frees and closes what was noted, and empties it: it can be used again. */
void leftovers_done(Leftovers *leftovers);

/* Unregisters the machine of a pod that has ended, if machined still has it. */
void pod_unregister(const Pod *pod, Leftovers *leftovers);

/* Stops a journal namespace and removes its files, if it is the owner's, still. */
int journal_namespace_discard(const char *name, const char *owner);

/* Removes a pod whose lock we hold, with all that it left. It goes to garbage first, if it is not there yet:
 * where something cannot be cleaned up it stays there, for the next try. Failures of a stage1's own gc are
 * only logged. */
int pod_discard(Pod *pod, const GlobalOptions *global, Leftovers *leftovers, Error *reterr);

/* Runs rkt-register --unregister. */
int run_unregister(const char *option, const char *value);
