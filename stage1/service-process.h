/* SPDX-License-Identifier: Apache-2.0 */
/* Whether we are the main process of a service: the one that may hand its place on, and whose pod may have
 * the unit. */
#pragma once

#include <stdbool.h>

/* cgroup_path: our own, as of cgroup_open_pid(). unit: the one that the pod was prepared for, or NULL. A
 * process of ExecStartPre=, ExecStartPost=, ExecReload= … is not the main process, nor is what a script that
 * is a service runs. Asks systemd, by way of rkt-register, where nothing else tells. */
bool service_process_is_main(const char *cgroup_path, const char *unit);
