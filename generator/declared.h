/* SPDX-License-Identifier: Apache-2.0 */
/* Which units the pod files of the host declare: from a unit's name back to its file. */
#pragma once

#include <stdbool.h>

/* Whether the directories of pod files can be listed, if they exist. If not, nothing is known about
 * declarations. */
bool pod_files_can_be_read(void);

/* Whether a file declares the unit: NAME.pod declares rkt-NAME.service, NAME@.pod declares
 * rkt-NAME@INSTANCE.service, too. Also true for a name that is not that of a pod's unit. */
bool unit_is_declared(const char *unit);
