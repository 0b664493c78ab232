/* SPDX-License-Identifier: Apache-2.0 */
/* The pods that were prepared for one unit: a service that is started again and again keeps its newest exited
 * pod, for those who want to know why, and no more. */
#pragma once

#include "cli/global-options.h"

/* Removes the unit's pods but uuid, those that somebody holds, and the newest exited one. What cannot be
 * removed is left to gc. */
void unit_pods_remove_others(int root, const GlobalOptions *global, const char *unit, const char *uuid);
