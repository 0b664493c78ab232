/* SPDX-License-Identifier: Apache-2.0 */
/* What a list shows of a pod's manifest, as lines `name TAB image TAB image ID`, one an app: a list of a
 * thousand pods would spend more than half of its time on JSON. Only ever a shorter way to what the manifest
 * says; a pod without one is read from its manifest. */
#pragma once

#include "base/string-util.h"
#include "pod/pod-status.h"

/* Adds an app's line. -EINVAL: a name that does not fit in; then the pod has no summary. */
int pod_summary_add(Buffer *summary, const char *name, const char *image_name, const char *version,
                    const char *image_id);

/* -ENOENT: the pod has none. The apps are the caller's, as those of a PodStatus. */
int pod_summary_read(const Pod *pod, PodApp **ret, size_t *ret_n);
