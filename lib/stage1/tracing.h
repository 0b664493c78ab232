/* SPDX-License-Identifier: Apache-2.0 */
/* Apps that may trace other processes (CAP_SYS_PTRACE): what has more rights than an app, and can be seen by
 * one, is as good as that app's. So nothing that such an app sees may have more:
 *
 * - It starts after all other apps, and its process waits, confined, until all that may trace are. So it
 * finds no process that is on its way to an app.
 * - No handler runs with it or after it, and it runs neither before another app (an init app) nor after a
 *   handler of its own, which has the same rights: the pod is not prepared.
 * - The reaper, which it sees, does not speak for the pod to machined.
 * - What a command that enters the pod needs to load its filter is given up before the command is there.
 *
 * --insecure-options=capabilities gives the rights to all apps, and takes the promise. */
#pragma once

#include <stdbool.h>

#include "plan.h"

/* The app may trace. */
bool tracing_app_may(const PlanApp *app);

/* An app of the pod may. no_capabilities: it runs with --insecure-options=capabilities. */
bool tracing_pod_may(const Plan *plan, bool no_capabilities);

/* The app starts after the others, and waits until it is let go. Not one whose handler before it, or whose
 * others after it, find that right anyway. */
bool tracing_app_is_held(const PlanApp *app);

/* -EPERM, with words, for a pod in which an app would reach all rights on the host. */
int tracing_check(const Plan *plan, Error *reterr);
