/* SPDX-License-Identifier: Apache-2.0 */
/* What a pod is to be, by its plan, the arguments and the environment of `run`. Without descriptors: it is
 * the same in every process. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "journal/line-budget.h"
#include "stage1/plan.h"

typedef struct PodSettings {
    const char *uuid, *hostname, *machine_name,
            *journal_namespace, /* not owned; journal_namespace NULL: none of its own */
            *journal_max_use;   /* in bytes; NULL: what rkt-register takes */
    bool debug, interactive, network_none, share_ipc, no_capabilities, no_paths, no_seccomp;
    const char *resolv_mode, *hosts_mode; /* see RunArguments */
    bool systemd;                         /* is the host's PID 1 */
    bool service_main;    /* `run` is a service's main process, and hands that on to the pod's init */
    uint64_t watchdog_us; /* how often the service manager wants to hear of us; 0: not */
    LineLimit line_limit; /* of each app */
    Plan *plan;
    char *command_line; /* where the kernel reads ours, as long as nothing else of it is used */
    size_t command_line_size;
} PodSettings;

/* Takes argv, of which it leaves a copy to be used instead, which lives as long as the process. The names
 * that follow from the UUID and the environment are set, too. */
int pod_settings_take_arguments(PodSettings *pod, int argc, char *argv[], Error *reterr);

/* Reads the plan in the pod's directory, and checks that this flavour can do what it says. */
int pod_settings_read_plan(PodSettings *pod, int pod_dir, Error *reterr);

/* has_unit: the cgroup is that of a service whose main process we are. */
void pod_settings_find_service(PodSettings *pod, bool has_unit);

/* Whether the app gets a notify socket. */
static inline bool plan_app_notifies(const PlanApp *app)
{
    return app->notify || app->watchdog;
}
