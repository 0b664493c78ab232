/* SPDX-License-Identifier: Apache-2.0 */
/* What the log says of an app that failed, and what its filter refused. */

#include "init.h"

#include <signal.h>
#include <string.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/time-util.h"
#include "stage1/layout.h"

enum { FAILURE_MS = 1000 }; /* for what an app said to come before that it failed */

static void log_failure(const App *app)
{
    const char *name = sigabbrev_np(app->signal);
    char refused[REFUSALS_TEXT_MAX];

    refusals_describe(&app->refusals, refused);
    if (app->signal == SIGSYS && *refused)
        log_error("app %s failed: SIGSYS: its filter refuses %s", app->plan->name, refused);
    else if (app->signal == SIGSYS && app->plan->filter)
        log_error("app %s failed: SIGSYS: it made a system call that its filter refuses, which the kernel's "
                  "log "
                  "may name (journalctl -k -g type=1326); allow it with Seccomp=",
                  app->plan->name);
    else if (app->signal > 0)
        log_error("app %s failed: signal %d (SIG%s)", app->plan->name, app->signal, name ? name : "?");
    else
        log_error("app %s failed: exit status %d", app->plan->name, app->status);
}

/* The foreground process reads what the init and what the app says from different pipes. So the app's lines
 * are carried to their end before the init says that it failed. */
void app_begin_failure(const Init *init, App *app)
{
    if (init->pod->interactive) /* the user at its terminal knows */
        return;
    if (init->pod->service_main) {
        log_failure(app);
        return;
    }
    for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++)
        carrier_finish(&app->carriers[k]);
    app->tell_failure_ns = monotonic_ns() + FAILURE_MS * INT64_C(1000000);
}

static bool has_said_all(const App *app)
{
    return carrier_has_ended(&app->carriers[0], 0) && carrier_has_ended(&app->carriers[1], 0);
}

/* A line without an end ends with what its carrier wrote to. */
void apps_tell_failures(Init *init, bool at_once)
{
    FOREACH_APP (app, init) {
        if (app->tell_failure_ns == 0 ||
            !(at_once || app->tell_failure_ns <= monotonic_ns() || has_said_all(app)))
            continue;
        app->tell_failure_ns = 0;
        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++)
            if (carrier_has_ended(&app->carriers[k], 0)) /* else it is still asked whether it waits */
                app->parts->fds[APP_FD_CARRIED_OUTPUT + k] =
                        safe_close(app->parts->fds[APP_FD_CARRIED_OUTPUT + k]);
        log_failure(app);
    }
}

static void note_refusal(Init *init, const App *app)
{
    char name[256], refused[REFUSALS_TEXT_MAX];
    int r;

    refusals_describe(&app->refusals, refused);
    (void) snprintf(name, sizeof(name), "%s" STAGE1_STATUS_REFUSED, app->plan->name);
    r = write_file_at(init->status_dir, name, refused, strlen(refused), 0644, 0);
    if (r < 0)
        log_warning("cannot record what the filter of app %s refused: %s", app->plan->name, strerror(-r));
    service_note_change(init);
}

void app_turn_refusals(Init *init, App *app, const struct pollfd *fds)
{
    int r = 0;

    for (size_t i = 0; i < REFUSALS_STAGES; i++)
        r |= fds[i].revents;
    if (r == 0)
        return;
    init_forget_soon(init);
    r = refusals_turn(&app->refusals, fds, init->proc, app->plan->name, app->pid);
    if (r > 0)
        note_refusal(init, app);
    if (r >= 0)
        return;
    log_error("app %s is killed: the listener of its filter did not arrive; is memory short?",
              app->plan->name);
    app_signal(app, SIGKILL);
}
