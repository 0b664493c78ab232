/* SPDX-License-Identifier: Apache-2.0 */
/* The networks of a pod that the original has run. Its own stage1 would take them down, but stood on an
 * overlay that is gone when somebody else collects the pod. */
#pragma once

#include "pod/pod.h"

/* Has each network's plugin take it down, if it is installed; in any case frees the pod's addresses and, with
 * its network namespace, its interfaces. What is left is logged. */
void original_networks_release(const Pod *pod);
