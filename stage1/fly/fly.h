/* SPDX-License-Identifier: Apache-2.0 */
/* The flavour `fly`: one app with all rights on the host, in a root of its own and nothing else. No process
 * of ours stays: run.c becomes the app. */
#pragma once

#include "stage1/plan.h"
#include "run-arguments.h"
#include "sockets.h"

typedef struct Fly {
    RunArguments arguments;
    Plan *plan;
    const PlanApp *app; /* the plan's only one */
    AppSockets sockets;
    int lock;
    int pod_dir, status_dir;
    int notify;        /* connected to the service manager, or -EBADF */
    bool app_notifies; /* by the socket at FLY_NOTIFY_PATH, or at the manager's abstract address */
} Fly;

#define FLY_NOTIFY_PATH "/run/systemd/notify" /* in the app's root */

/* root.c: mounts all that is in the app's root, in a mount namespace of its own, and enters it. */
int fly_enter_root(const Fly *fly, Error *reterr);
