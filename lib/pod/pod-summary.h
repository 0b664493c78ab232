/* SPDX-License-Identifier: Apache-2.0 */
/* What a list shows of a pod, as far as it is known when the pod is prepared: a line of when it was created
 * (ns since the epoch) and of what there is to know elsewhere, then lines `name TAB image TAB image ID`, one
 * an app. It is the target of a link that leads nowhere, for a list of a thousand pods would spend more than
 * half of its time on opening files and on JSON. Only ever a shorter way to what the manifest says; a pod
 * without one, be it that it has too many apps for a link, is read from its manifest. */
#pragma once

#include "base/string-util.h"
#include "pod/pod-status.h"

/* Adds an app's line. -EINVAL: a name that does not fit in; then the pod has no summary. */
int pod_summary_add(Buffer *apps, const char *name, const char *image_name, const char *version,
                    const char *image_id);

typedef enum PodSummaryMore {
    POD_SUMMARY_NETWORKS = 1 << 0, /* its stage1 may write net-info.json */
    POD_SUMMARY_DETAILS = 1 << 1,  /* its manifest has mounts, or annotations and labels of the user's */
} PodSummaryMore;

/* pod-created must be there. */
int pod_summary_write(const Pod *pod, const Buffer *apps, PodSummaryMore more, Error *reterr);

/* Sets the status' created_ns and apps. -ENOENT: the pod has no summary. */
int pod_summary_read(const Pod *pod, PodStatus *status, PodSummaryMore *ret_more);
