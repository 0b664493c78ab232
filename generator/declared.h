/* SPDX-License-Identifier: Apache-2.0 */
/* Which units the pod files of the host declare: the way back from a unit's name to its file. */
#pragma once

#include <stdbool.h>

/* Whether the directories of pod files can be listed, where they are there: else nothing can be said. */
bool pod_files_can_be_read(void);

/* Whether a file declares the unit: rkt-NAME.service comes of NAME.pod, rkt-NAME@INSTANCE.service of
 * NAME@.pod, too. True also for a name that is not of a pod's unit, which is not ours to judge. */
bool unit_is_declared(const char *unit);
