/* SPDX-License-Identifier: Apache-2.0 */
/* The sources of a pod's volumes as they are while it is prepared: which are devices, and whether they can be
 * trusted. stage1 looks again when the pod starts. */
#pragma once

#include "base/error.h"
#include "stage1/plan.h"

/* Completes a plan; root: pods/. A source that is not there yet is no error. What apps will write to is
 * recorded here, too: a foreign stage1 would not. */
int volume_sources_check(Plan *plan, int root, Error *reterr);
