/* SPDX-License-Identifier: Apache-2.0 */
/* The sources of a pod's volumes as they are while it is prepared: which are devices, and whether they can be
 * trusted. stage1 looks again when the pod starts. */
#pragma once

#include "base/error.h"
#include "stage1/plan.h"

/* Opens the record of what apps could ever write to (sandbox/writable-sources.h) and says its path, which the
 * caller frees; root: pods/. */
int volume_sources_open_record(int root, int *ret, char **ret_path, Error *reterr);

/* Completes a plan. A source that is missing so far is not an error. What apps will write to is recorded
 * here, too: a foreign stage1 would not. */
int volume_sources_check(Plan *plan, int record, Error *reterr);
