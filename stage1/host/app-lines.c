/* SPDX-License-Identifier: Apache-2.0 */
/* What apps write, on its way through the carriers, and the last of it at the pod's end. */

#include "init.h"

#include <fcntl.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/time-util.h"

enum { LAST_LINES_MS = 5000 }; /* for the journal to take what apps wrote before the pod ends */
enum { LOST_LINES_MS = 500 };  /* after that, to count what it did not take */
enum { LAST_TURN_MS = 1 };
enum { CARRIER_LOOK_MS = 50 };

/* Of a service's app; a foreground process has the other ends of the pipes itself. */
static int begin_log(const Init *init, App *app)
{
    AppLogOptions options = {
        .write_end = app->parts->fds[APP_FD_OUTPUT],
        .directory = init->journal.directory,
        .identifier = app->plan->name,
        .unit = init->pod->plan->unit,
        .budget = &app->budget,
        .level_prefix =
                init->pod->journal_namespace, /* the host's terminals are not for an app's emergencies */
        .on_demand = !init->pod->journal_namespace, /* whose journald ends when nobody has a stream of it */
    };
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    options.pipe = fds[0];
    app->parts->fds[APP_FD_CARRIED_OUTPUT] = fds[1];
    return fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : app_log_begin(&app->log, &options);
}

static int begin_carriers(App *app)
{
    static const struct {
        AppFd from, other, to;
    } ways[] = {
        { APP_FD_CONSOLE, APP_FD_OUTPUT, APP_FD_CARRIED_OUTPUT },
        { APP_FD_ERRORS_END, APP_FD_ERRORS, APP_FD_CARRIED_ERRORS },
    };
    const int *fds = app->parts->fds;
    int r = 0;

    for (size_t k = 0; r >= 0 && k < ELEMENTSOF(app->carriers); k++)
        if (fds[ways[k].to] >= 0)
            r = carrier_begin(&app->carriers[k], fds[ways[k].from], fds[ways[k].to], fds[ways[k].other]);
    return r;
}

int apps_begin_lines(Init *init)
{
    int r = 0;

    FOREACH_APP (app, init) {
        if (r >= 0 && init->pod->service_main)
            r = begin_log(init, app);
        if (r >= 0)
            r = begin_carriers(app);
    }
    return r;
}

int64_t app_await_lines(const App *app, struct pollfd fds[static _APP_LINES_MAX])
{
    int64_t next_ns = app_log_next_ns(&app->log);

    app_log_await(&app->log, fds);
    for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
        fds[_APP_LOG_MAX + k] = carrier_await(&app->carriers[k]);
        next_ns = earlier_ns(next_ns, app->carriers[k].again_ns);
    }
    return next_ns;
}

void app_turn_lines(Init *init, App *app, const struct pollfd fds[static _APP_LINES_MAX])
{
    if (app_log_turn(&app->log, fds))
        init_forget_soon(init);
    for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++)
        carrier_turn(&app->carriers[k], &fds[_APP_LOG_MAX + k]);
}

/* The kernel may kill a process where memory is short. Until there is another one its app waits. */
void apps_renew_carriers(Init *init)
{
    FOREACH_APP (app, init) {
        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
            if (!carrier_begin_again(&app->carriers[k]))
                continue;
            if (!app->carrier_renewed)
                log_error("the process that carries the output of app %s ended unexpectedly and was started "
                          "again; "
                          "some lines may be missing",
                          app->plan->name);
            app->carrier_renewed = true;
        }
    }
}

static void end_carriers(Init *init)
{
    FOREACH_APP (app, init) {
        for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++) {
            carrier_finish(&app->carriers[k]);
            if (init->pod->service_main) /* so that the log ends with it */
                app->parts->fds[APP_FD_CARRIED_OUTPUT + k] =
                        safe_close(app->parts->fds[APP_FD_CARRIED_OUTPUT + k]);
        }
    }
}

/* What the foreground process prints it prints when somebody reads it. Who asked for the end does not wait
 * for that. */
static void await_carriers(Init *init)
{
    unsigned left_ms = LAST_LINES_MS;

    for (size_t i = 0; i < 2 * init->pod->plan->n_apps && left_ms > 0;) {
        const Carrier *carrier = &init->apps[i / 2].carriers[i % 2];

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
        FOREACH_APP (app, init)
            over = app_log_finish(&app->log, give_up) && over;
    } while (!over && monotonic_ns() < end_ns && poll(NULL, 0, LAST_TURN_MS) == 0);
}

/* Where its carrier gave up, or hangs. */
static bool has_unheard(const App *app)
{
    struct pollfd fds[] = { { .fd = app->parts->fds[APP_FD_CONSOLE], .events = POLLIN },
                            { .fd = app->parts->fds[APP_FD_ERRORS_END], .events = POLLIN } };

    return poll(fds, ELEMENTSOF(fds), 0) > 0 && ((fds[0].revents | fds[1].revents) & POLLIN);
}

static void finish_logs(Init *init)
{
    int64_t end_ns = monotonic_ns() + LAST_LINES_MS * INT64_C(1000000);

    carry_last(init, false, end_ns);
    carry_last(init, true, end_ns + LOST_LINES_MS * INT64_C(1000000));
    FOREACH_APP (app, init) {
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
    if (init->pod->service_main)
        finish_logs(init);
    else
        await_carriers(init);
}
