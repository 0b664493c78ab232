/* SPDX-License-Identifier: Apache-2.0 */
/* What a list shows of a pod, as far as it is known when the pod is prepared. It is the target of a
 * dangling link, because a list of a thousand pods would otherwise spend more than half of its time on
 * opening files and on JSON. It only repeats what the manifest says. The manifest is read for pods without
 * a summary, for example because they have too many apps for a link. */
#pragma once

#include "pod/pod-status.h"

/* Writes the status' apps and its other fields. The file pod-created must exist: its time is when the pod
 * was created. */
int pod_summary_write(const Pod *pod, const PodStatus *status, Error *reterr);

/* Sets created_ns, the apps and the other fields in an empty status, which stays empty on failure. -ENOENT:
 * the pod has no summary; -EBADMSG: the summary is another release's. */
int pod_summary_read(const Pod *pod, PodStatus *status);
