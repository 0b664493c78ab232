/* SPDX-License-Identifier: Apache-2.0 */
/* sd_notify(3) between the apps and the pod's service manager. What apps say is never passed on as it came:
 * each word has its meaning here, and one message of ours says what the pod as a whole is.
 *
 * - Each message costs the service manager and every client that watches the unit, so apps cause few of them:
 * the current state is kept, and sent when it differs from what was sent last; TELL_BURST messages may follow
 * each other, after that one every TELL_INTERVAL_MS. The last state is always sent. What no app can repeat is
 * sent without delay.
 * - STATUS= is the state of all apps, with what they say of themselves.
 * - An app is watched if it asked for that (Watchdog=). Our WATCHDOG=1 means that each watched app has sent
 * its own since our last one. If they all do so within an eighth of the interval, ours is kept until that has
 * passed, because the app may not send another before the interval is over. If no app is watched, ours means
 * that the init's loop still runs.
 * - A reload ends when each app that sent RELOADING=1 has sent READY=1; an app that can't send them has only
 * got its signal.
 * - EXTEND_TIMEOUT_USEC= is accepted while the app starts or reloads, for at most an hour. How long a stop
 * may take is for StopTimeout= to say, not for the app. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "init.h"

enum {
    STATES_MAX = 2048,
    EXTENSION_LINE_MAX = sizeof("EXTEND_TIMEOUT_USEC=\n") + 20,
    LINES_MAX = EXTENSION_LINE_MAX + sizeof("RELOADING=1\nWATCHDOG=trigger\n"),
    EXTENSION_MAX_S = 3600,
    EXTENSION_MARGIN_MS = 1000,
    TELL_BURST = 10,
    TELL_INTERVAL_MS = 200,
    PINGS_EACH_INTERVAL = 8,
    STOP_MARGIN_US = 10 * 1000 * 1000, /* for what is left to do when the last app was killed */
    RELOAD_GRACE_MS = 500,             /* in which an app says RELOADING=1, if it does */
};

/* ----- Telling ----- */

static const char *state_of(const Init *init, const App *app, char *buffer, size_t size)
{
    const char *name;

    switch (app->stage) {
    case APP_WAITING: return init->begun ? "starting" : "waiting";
    case APP_PRE_START: return "starting";
    case APP_RUNNING:
        if (init->phase != POD_RUNNING)
            return "stopping";
        if (app->reload != APP_RELOAD_NONE)
            return "reloading";
        if (!app->ready && !app->plan->init)
            return "starting";
        return app->plan->notify && app->ready ? "ready" : "running";
    case APP_POST_STOP: return "stopping";
    case APP_DONE: break;
    }
    if (app->killed)
        return "killed";
    if (app->status == 0)
        return app->executed ? "exited" : "not started";
    name = sigabbrev_np(app->signal);
    if (app->signal > 0 && name)
        (void) snprintf(buffer, size, "failed (SIG%s)", name);
    else
        (void) snprintf(buffer, size, "failed (%d)", app->status);
    return buffer;
}

/* "nginx: running, redis: ready (what it says)": as many as there is room for. */
static void states_of(const Init *init, char ret[static STATES_MAX])
{
    size_t used = 0;

    ret[0] = '\0';
    FOREACH_APP (app, init) {
        const char *text = app->stage == APP_RUNNING ? app->status_text : NULL;
        char piece[NOTIFY_STATUS_MAX + 300 + REFUSALS_TEXT_MAX], buffer[24], refused[REFUSALS_TEXT_MAX];
        int n;

        refusals_describe(&app->refusals, refused);
        n = snprintf(piece, sizeof(piece), "%s%s: %s%s%s%s%s%s%s", used > 0 ? ", " : "", app->plan->name,
                     state_of(init, app, buffer, sizeof(buffer)), *refused ? " [refused: " : "", refused,
                     *refused ? "]" : "", text ? " (" : "", text ? text : "", text ? ")" : "");
        if (n < 0 || (size_t) n >= sizeof(piece) || used + (size_t) n + sizeof("…") > STATES_MAX) {
            memcpy(ret + used, "…", sizeof("…"));
            return;
        }
        memcpy(ret + used, piece, (size_t) n + 1);
        used += (size_t) n;
    }
}

/* Lines each end with a newline. */
static void send_states(Init *init, const char *lines, const char *states)
{
    (void) notify_sendf(init->notify, "%sSTATUS=%s", lines, states);
    free(init->told_states);
    init->told_states = strdup(states); /* or it is told once more */
}

static void tell(Init *init, const char *lines)
{
    char states[STATES_MAX];

    if (init->notify < 0)
        return;
    states_of(init, states);
    send_states(init, lines, states);
}

/* When another message may be sent: those of a whole burst come back in TELL_BURST intervals. */
static int64_t may_tell_ns(const Init *init)
{
    return init->tell_at_ns - (TELL_BURST - 1) * TELL_INTERVAL_MS * INT64_C(1000000);
}

static void count_message(Init *init, int64_t now)
{
    if (init->tell_at_ns < now)
        init->tell_at_ns = now;
    init->tell_at_ns += TELL_INTERVAL_MS * INT64_C(1000000);
}

/* Lines for the message, or nothing where nothing changed. */
static const char *reload_line(const Init *init)
{
    if (!init->ready || init->phase != POD_RUNNING || init->reloading == init->told_reloading)
        return "";
    return init->reloading ? "RELOADING=1\n" : "READY=1\n";
}

static void extension_line(Init *init, int64_t now, char ret[static EXTENSION_LINE_MAX])
{
    *ret = '\0';
    if (init->phase != POD_RUNNING || init->asked_to_ns <= init->told_to_ns || init->asked_to_ns <= now)
        return;
    init->told_to_ns = init->asked_to_ns + EXTENSION_MARGIN_MS * INT64_C(1000000);
    (void) snprintf(ret, EXTENSION_LINE_MAX, "EXTEND_TIMEOUT_USEC=%lld\n",
                    (long long) (init->told_to_ns - now) / 1000);
}

/* What the apps have changed since the last message. */
static void tell_changes(Init *init)
{
    char states[STATES_MAX], extension[EXTENSION_LINE_MAX], lines[LINES_MAX];
    int64_t now = monotonic_ns();

    init->untold = false;
    if (init->notify < 0)
        return;
    extension_line(init, now, extension);
    (void) snprintf(lines, sizeof(lines), "%s%s%s", reload_line(init), extension,
                    init->trigger ? "WATCHDOG=trigger\n" : "");
    states_of(init, states);
    if (!*lines && streq_ptr(init->told_states, states))
        return;
    count_message(init, now);
    init->told_reloading = init->reloading;
    init->trigger = false;
    send_states(init, lines, states);
}

/* Times that were asked for before are those of a start or a reload that is over. */
void service_begin(Init *init)
{
    init->extend_to_ns = monotonic_ns() + EXTENSION_MAX_S * INT64_C(1000000000);
    init->asked_to_ns = init->told_to_ns = 0;
}

static bool can_reload(const Init *init)
{
    FOREACH_APP (app, init)
        if (app->plan->reload_signal > 0)
            return true;
    return false;
}

/* For rkt-reload, which waits until it grows. */
static void write_reloads(const Init *init)
{
    int dir = init->status_dir;
    char count[16];

    (void) snprintf(count, sizeof(count), "%u", init->reloads);
    (void) unlinkat(dir, "../reloads.new", 0);
    if (symlinkat(count, dir, "../reloads.new") < 0 || renameat(dir, "../reloads.new", dir, "../reloads") < 0)
        log_warning("cannot record that a reload is over: %s", strerror(errno));
}

void service_tell_ready(Init *init)
{
    if (can_reload(init))
        write_reloads(init);
    tell(init, "READY=1\n");
    if (init->pod->watchdog_us > 0)
        init->ping_at_ns = monotonic_ns();
}

/* Where an app's StopTimeout= was said, the unit waits for it, and as long for its post-stop handler. */
void service_tell_stopping(Init *init)
{
    char lines[64] = "STOPPING=1\n";
    uint64_t longest_ns = 0;

    for (size_t i = 0; i < init->pod->plan->n_apps; i++) {
        const PlanApp *app = &init->pod->plan->apps[i];
        uint64_t needs_ns = app->post_stop ? 2 * app->stop_timeout_ns : app->stop_timeout_ns;

        if (needs_ns > longest_ns)
            longest_ns = needs_ns;
    }
    if (longest_ns > 0)
        (void) snprintf(lines, sizeof(lines), "STOPPING=1\nEXTEND_TIMEOUT_USEC=%llu\n",
                        (unsigned long long) longest_ns / 1000 + STOP_MARGIN_US);
    tell(init, lines);
}

/* ----- Watchdog ----- */

bool service_app_is_watched(const App *app)
{
    return app->stage == APP_RUNNING && app->plan->watchdog;
}

static bool is_anyone_watched(const Init *init)
{
    FOREACH_APP (app, init)
        if (service_app_is_watched(app))
            return true;
    return false;
}

static bool has_everyone_pinged(const Init *init)
{
    FOREACH_APP (app, init)
        if (service_app_is_watched(app) && !app->pinged)
            return false;
    return true;
}

/* Whether there is a WATCHDOG=1 to send, now or at ping_at_ns. */
static bool is_ping_due(const Init *init)
{
    if (init->pod->watchdog_us == 0)
        return false;
    return is_anyone_watched(init) ? has_everyone_pinged(init) : init->phase == POD_RUNNING && init->ready;
}

static void ping(Init *init, int64_t now)
{
    int64_t interval_ns = (int64_t) init->pod->watchdog_us * 1000;

    init->ping_at_ns = now + interval_ns / (is_anyone_watched(init) ? PINGS_EACH_INTERVAL : 2);
    FOREACH_APP (app, init)
        app->pinged = false;
    (void) notify_send(init->notify, "WATCHDOG=1");
}

/* ----- Reloading ----- */

static void begin_reload(Init *init)
{
    init->reloading = true;
    service_begin(init);
    service_note_change(init);
}

static void count_reload(Init *init)
{
    init->reloads++;
    write_reloads(init);
}

static void note_reloaded(Init *init)
{
    if (!init->reloading || init->phase != POD_RUNNING)
        return;
    service_note_change(init);
    FOREACH_APP (app, init)
        if (app->reload != APP_RELOAD_NONE)
            return;
    init->reloading = false;
    init->reload_at_ns = 0;
    if (!init->reload_from_outside)
        return;
    init->reload_from_outside = false;
    tell_changes(init);
    count_reload(init);
}

void service_reload(Init *init)
{
    if (!init->ready || init->phase != POD_RUNNING) {
        count_reload(init);
        return;
    }
    FOREACH_APP (app, init) {
        if (app->stage != APP_RUNNING || app->plan->reload_signal == 0)
            continue;
        (void) kill(app->pid, app->plan->reload_signal);
        if (app->plan->notify && app->reload == APP_RELOAD_NONE)
            app->reload = APP_RELOAD_ASKED;
    }
    init->reload_at_ns = monotonic_ns() + RELOAD_GRACE_MS * INT64_C(1000000);
    begin_reload(init);
    tell(init, "RELOADING=1\n");
    init->told_reloading = init->reload_from_outside = true;
    note_reloaded(init);
}

/* ----- Hearing ----- */

void service_note_finished(Init *init, App *app)
{
    app->reload = APP_RELOAD_NONE;
    if (init->ready || app->plan->init || init->phase != POD_RUNNING)
        tell(init, "");
    note_reloaded(init);
}

static void take_status(Init *init, App *app, const char *text)
{
    char *copy = NULL;

    if (streq_ptr(app->status_text, text) || (*text == '\0' && !app->status_text))
        return;
    if (*text != '\0' && !(copy = strdup(text)))
        return;
    free(app->status_text);
    app->status_text = copy;
    service_note_change(init);
}

static void take_extension(Init *init, const App *app, uint64_t us)
{
    int64_t now = monotonic_ns(), left_us = (init->extend_to_ns - now) / 1000, to_ns;

    if (init->phase != POD_RUNNING || (app->ready && !app->plan->init && app->reload != APP_RELOADING) ||
        left_us <= 0)
        return;
    to_ns = now + (int64_t) (us > (uint64_t) left_us ? (uint64_t) left_us : us) * 1000;
    if (to_ns <= init->asked_to_ns)
        return;
    init->asked_to_ns = to_ns;
    service_note_change(init);
}

bool service_take_message(Init *init, App *app, const NotifyMessage *message)
{
    if (app->stage != APP_RUNNING)
        return false;
    if (message->reloading && app->ready && app->plan->notify) {
        app->reload = APP_RELOADING;
        if (init->ready && !init->reloading && init->phase == POD_RUNNING)
            begin_reload(init);
    }
    if (message->extend_us > 0)
        take_extension(init, app, message->extend_us);
    if (message->has_status)
        take_status(init, app, message->status);
    if (message->ready) {
        app->ready = true;
        if (app->reload != APP_RELOAD_NONE) {
            app->reload = APP_RELOAD_NONE;
            note_reloaded(init);
        }
    }
    if (app->plan->watchdog && message->watchdog)
        app->pinged = true;
    if (app->plan->watchdog && message->trigger && init->pod->watchdog_us > 0) {
        app->pinged = false;
        init->trigger = true;
        service_note_change(init);
    }
    return message->ready;
}

/* ----- Time ----- */

int64_t service_next_ns(const Init *init)
{
    int64_t next_ns = is_ping_due(init) ? init->ping_at_ns : 0;

    if (init->untold)
        next_ns = earlier_ns(next_ns, may_tell_ns(init));
    return init->phase == POD_RUNNING ? earlier_ns(next_ns, init->reload_at_ns) : next_ns;
}

void service_keep_time(Init *init)
{
    int64_t now = monotonic_ns();

    if (init->phase == POD_RUNNING && init->reload_at_ns > 0 && init->reload_at_ns <= now) {
        init->reload_at_ns = 0;
        FOREACH_APP (app, init)
            if (app->reload == APP_RELOAD_ASKED)
                app->reload = APP_RELOAD_NONE;
        note_reloaded(init);
    }
    if (is_ping_due(init) && init->ping_at_ns <= now)
        ping(init, now);
    if (init->untold && may_tell_ns(init) <= now)
        tell_changes(init);
}
