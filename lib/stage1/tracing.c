/* SPDX-License-Identifier: Apache-2.0 */

#include "tracing.h"

#include <linux/capability.h>

bool tracing_app_may(const PlanApp *app)
{
    return app->capabilities >> CAP_SYS_PTRACE & 1;
}

bool tracing_pod_may(const Plan *plan, bool no_capabilities)
{
    for (size_t i = 0; i < plan->n_apps; i++)
        if (tracing_app_may(&plan->apps[i]))
            return true;
    return no_capabilities;
}

bool tracing_app_is_held(const PlanApp *app)
{
    return tracing_app_may(app) && !app->pre_start && !app->init;
}

int tracing_check(const Plan *plan, Error *reterr)
{
    const PlanApp *tracer = NULL, *handled = NULL;

    for (size_t i = 0; i < plan->n_apps; i++) {
        const PlanApp *app = &plan->apps[i];

        if (app->post_stop)
            handled = app;
        if (!tracing_app_may(app))
            continue;
        tracer = app;
        if (!tracing_app_is_held(app))
            return error_set(reterr, -EPERM,
                             "app \"%s\" has CAP_SYS_PTRACE and %s, which reaches all rights on the host: "
                             "--insecure-options=capabilities allows that",
                             app->name, app->init ? "runs before others start" : "a pre-start handler");
    }
    if (!tracer || !handled)
        return 0;
    return error_set(reterr, -EPERM,
                     "app \"%s\" has CAP_SYS_PTRACE and app \"%s\" a post-stop handler, together they reach "
                     "all rights on the host: --insecure-options=capabilities allows that",
                     tracer->name, handled->name);
}
