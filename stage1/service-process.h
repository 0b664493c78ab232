/* SPDX-License-Identifier: Apache-2.0 */
/* Whether we are the main process of a service: the one that may hand its place on, and whose pod may have
 * the unit. */
#pragma once

#include <stdbool.h>

/* cgroup_path: our own, as of cgroup_open_pid(). unit: the one that the pod was prepared for, or NULL.
 * Neither a process of ExecStartPre=, ExecStartPost=, ExecReload= and the like nor one that a service's
 * script started is the main process. Asks systemd through rkt-register if nothing else tells. */
bool service_process_is_main(const char *cgroup_path, const char *unit);
