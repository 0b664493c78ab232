/* SPDX-License-Identifier: Apache-2.0 */
/* Apps that may trace others (CAP_SYS_PTRACE) start after all others, and are let go at once. */

#include "init.h"

#include "base/fd-util.h"
#include "door.h"

/* Once all others run their own programs. */
void held_apps_start(Init *init)
{
    if (init->held_started || !init->begun)
        return;
    FOREACH_APP (app, init->host) {
        if (!host_app_is_held(app->plan) && (app->stage < APP_RUNNING || app->report >= 0))
            return;
    }
    init->held_started = true;
    apps_start(init, true);
}

/* All at once: one that runs would find another with rights that it still needs. */
void held_apps_release(Init *init)
{
    bool waiting = false;

    FOREACH_APP (app, init->host) {
        if (host_app_is_held(app->plan) && app->report >= 0 && !app->confined)
            return;
        waiting = waiting || (app->confined && !app->let_go);
    }
    if (!waiting || !init->held_started)
        return;
    FOREACH_APP (app, init->host) {
        if (!app->confined || app->let_go)
            continue;
        (void) door_write(init->host, app);
        (void) !write(app->go, &(char){ REPORT_GO }, 1);
        app->go = safe_close(app->go);
        app->let_go = true;
    }
}
