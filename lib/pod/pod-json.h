/* SPDX-License-Identifier: Apache-2.0 */
/* A pod as `list` and `status` show it to programs, and its networks as they show them to people. */
#pragma once

#include <jansson.h>

#include "pod/pod-status.h"

/* Needs a status read with POD_STATUS_MANIFEST and POD_STATUS_APPS. Unknown values are left out. NULL: out
 * of memory. */
json_t *pod_to_json(const Pod *pod, const PodStatus *status);

/* "default:ip4=172.16.28.7", several joined by ", ". NULL: out of memory. */
char *pod_networks_to_string(const PodStatus *status);
