/* SPDX-License-Identifier: Apache-2.0 */
/* What apps write, on its way through the carriers, and the last of it at the pod's end. */

#include "init.h"

#include "base/fd-util.h"
#include "base/log.h"
#include "base/time-util.h"

enum { LAST_LINES_MS = 5000 }; /* for the journal to take what apps wrote before the pod ends */
enum { LOST_LINES_MS = 500 };  /* after that, to count what it did not take */
enum { LAST_TURN_MS = 1 };
enum { CARRIER_LOOK_MS = 50 };

int64_t app_await_lines(const HostApp *app, struct pollfd fds[static _APP_LINES_MAX])
{
    int64_t next_ns = app_log_next_ns(&app->log);

    app_log_await(&app->log, fds);
    for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
        fds[_APP_LOG_MAX + k] = carrier_await(&app->carriers[k]);
        next_ns = earlier_ns(next_ns, app->carriers[k].again_ns);
    }
    return next_ns;
}

void app_turn_lines(Init *init, HostApp *app, const struct pollfd fds[static _APP_LINES_MAX])
{
    if (app_log_turn(&app->log, fds))
        init_forget_soon(init);
    for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++)
        carrier_turn(&app->carriers[k], &fds[_APP_LOG_MAX + k]);
}

/* The kernel may kill a process where memory is short. Until there is another one its app waits. */
void apps_renew_carriers(Init *init)
{
    FOREACH_APP (app, init->host) {
        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
            if (!carrier_begin_again(&app->carriers[k]))
                continue;
            if (!app->carrier_renewed)
                log_error("a process that moves what app %s says has ended before its time, and was started "
                          "again: some lines may be missing",
                          app->plan->name);
            app->carrier_renewed = true;
        }
    }
}

static void end_carriers(Init *init)
{
    FOREACH_APP (app, init->host) {
        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
            carrier_finish(&app->carriers[k]);
            if (init->host->service_main) /* so that the log ends with it */
                app->carried[k] = safe_close(app->carried[k]);
        }
    }
}

/* What the foreground process prints it prints when somebody reads it. Who asked for the end does not wait
 * for that. */
static void await_carriers(Init *init)
{
    unsigned left_ms = LAST_LINES_MS;

    for (size_t i = 0; i < 2 * init->host->plan->n_apps && left_ms > 0;) {
        const Carrier *carrier = &init->host->apps[i / 2].carriers[i % 2];

        if (carrier_has_ended(carrier, CARRIER_LOOK_MS))
            i++;
        else if (init->asked || !carrier_waits(carrier))
            left_ms -= CARRIER_LOOK_MS < left_ms ? CARRIER_LOOK_MS : left_ms;
        while (init_hear_signal(init))
            ;
    }
}

/* A little of each app in turn, so that none has all of the time. */
static void carry_last(Init *init, bool give_up, int64_t end_ns)
{
    bool over;

    do {
        over = true;
        for (size_t i = 0; i < init->host->plan->n_apps; i++)
            over = app_log_finish(&init->host->apps[i].log, give_up) && over;
    } while (!over && monotonic_ns() < end_ns && poll(NULL, 0, LAST_TURN_MS) == 0);
}

/* Where its carrier gave up, or hangs. */
static bool has_unheard(const HostApp *app)
{
    struct pollfd fds[] = { { .fd = app->console, .events = POLLIN },
                            { .fd = app->errors_end, .events = POLLIN } };

    return poll(fds, ELEMENTSOF(fds), 0) > 0 && ((fds[0].revents | fds[1].revents) & POLLIN);
}

static void finish_logs(Init *init)
{
    int64_t end_ns = monotonic_ns() + LAST_LINES_MS * INT64_C(1000000);

    carry_last(init, false, end_ns);
    carry_last(init, true, end_ns + LOST_LINES_MS * INT64_C(1000000));
    FOREACH_APP (app, init->host) {
        app_log_tell_lost(&app->log, has_unheard(app));
        if ((!app->failed && !app->killed) || app->log.tail_filled == 0)
            continue;
        log_error("the last lines of app %s, which %s:", app->plan->name,
                  app->failed ? "failed" : "had to be killed");
        app_log_quote(&app->log);
    }
}

void apps_finish_lines(Init *init)
{
    end_carriers(init);
    if (init->host->service_main)
        finish_logs(init);
    else
        await_carriers(init);
}
