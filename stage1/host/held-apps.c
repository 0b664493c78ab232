/* SPDX-License-Identifier: Apache-2.0 */
/* Apps that may trace others start after all others, and are let go at once: stage1/tracing.h says why. */

#include "init.h"

#include "base/fd-util.h"
#include "control.h"
#include "entry-record.h"
#include "stage1/tracing.h"

/* Once all others run their own programs. */
void held_apps_start(Init *init)
{
    if (init->held_started || !init->begun)
        return;
    FOREACH_APP (app, init) {
        if (!tracing_app_is_held(app->plan) && (app->stage < APP_RUNNING || app->report >= 0))
            return;
    }
    init->held_started = true;
    apps_start(init, true);
}

/* All at once: one that runs would find another with rights that it still needs. */
void held_apps_release(Init *init)
{
    bool waiting = false;

    FOREACH_APP (app, init) {
        if (tracing_app_is_held(app->plan) && app->report >= 0 && !app->confined)
            return;
        waiting = waiting || (app->confined && !app->let_go);
    }
    if (!waiting || !init->held_started)
        return;
    FOREACH_APP (app, init) {
        if (!app->confined || app->let_go)
            continue;
        (void) entry_record_write_app(init->status_dir, app->plan->name, app->namespace_fd);
        (void) !write(app->go, &(char){ REPORT_GO }, 1);
        app->go = safe_close(app->go);
        app->let_go = true;
    }
}
