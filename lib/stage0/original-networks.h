/* SPDX-License-Identifier: Apache-2.0 */
/* The networks of a pod that the original has run. Its own stage1 would remove them, but it was on an
 * overlay that no longer exists when another program removes the pod. */
#pragma once

#include "pod/pod.h"

/* Runs each network's plugin to remove it, if the plugin is installed. Always frees the pod's addresses
 * and, with its network namespace, its interfaces. Logs what remains. */
void original_networks_release(const Pod *pod);
