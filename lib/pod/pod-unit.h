/* SPDX-License-Identifier: Apache-2.0 */
/* The unit that a pod was prepared for. It is the target of a dangling link: a preparation for a unit reads
 * it for every pod, and a link is read with one call. */
#pragma once

#include "pod/pod.h"

enum { POD_UNIT_MAX = 256 }; /* with the NUL; systemd's limit for the name of a unit */

/* Notes, once, that the pod is prepared for that unit. -EINVAL: empty or too long; -EEXIST: one is noted
 * already. */
int pod_unit_write(const Pod *pod, const char *unit, Error *reterr);

/* -ENOENT: it was prepared for no unit. */
int pod_unit_read(const Pod *pod, char ret[static POD_UNIT_MAX]);

/* Whether it is this unit, for a pod that need not be opened; root is pods/. */
bool pod_unit_is(int root, PodDirectory directory, const char *uuid, const char *unit);

/* The pod of the declared pod NAME, which is that of unit rkt-NAME.service: the one that runs, else one
 * that is going to run, else the last that has ended. Writes its UUID. -ENOENT: there is none. */
int pod_unit_find(int root, const char *name, char ret[static UUID_LENGTH + 1], Error *reterr);
