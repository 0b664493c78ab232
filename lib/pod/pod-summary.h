/* SPDX-License-Identifier: Apache-2.0 */
/* What a list shows of a pod, as far as it is known when the pod is prepared. It is the target of a link that
 * leads nowhere, for a list of a thousand pods would spend more than half of its time on opening files and on
 * JSON. Only ever a shorter way to what the manifest says; a pod without one, be it that it has too many apps
 * for a link, is read from its manifest. */
#pragma once

#include "pod/pod-status.h"

/* Writes the status' apps, and what else there is to know of them; when the pod was created is the time of
 * its file pod-created, which must be there. */
int pod_summary_write(const Pod *pod, const PodStatus *status, Error *reterr);

/* Sets created_ns, the apps and what else there is to know in an empty status, which stays so on failure.
 * -ENOENT: the pod has no summary; -EBADMSG: it has one of another release. */
int pod_summary_read(const Pod *pod, PodStatus *status);
