/* SPDX-License-Identifier: Apache-2.0 */
/* sd_notify(3) between the apps and the pod's service manager. What apps say is never passed on as it came:
 * each word has its meaning here, and one message of ours says what the pod as a whole is.
 *
 * - STATUS= is all apps' states, with what they say of themselves.
 * - Watched is who asked for it (Watchdog=): our WATCHDOG=1 means that each of these has said its own since
 * the last one. Where nobody asked, it means that this loop goes round.
 * - A reload ends when each app that said RELOADING=1 has said READY=1; who can't say so has had its signal.
 * - EXTEND_TIMEOUT_USEC= is heard while the app starts or reloads, for an hour at most: how long a stop may
 * take says StopTimeout=, not the app.
 * - Who may trace the init speaks in its name, and a service manager believes root: MAINPID= of any process
 * of the host makes that one die when the unit is stopped. So the init drops its socket before such an app
 * runs, and what would need it later is refused. */

#include <signal.h>

#include "base/string-util.h"
#include "base/time-util.h"
#include "init.h"

enum {
    STATES_MAX = 2048,
    EXTENSION_MAX_S = 3600,
    STOP_MARGIN_US = 5 * 1000 * 1000, /* for what is left to do when the last app was killed */
    RELOAD_GRACE_MS = 500,            /* in which an app says RELOADING=1, if it does */
};

/* ----- Telling ----- */

static const char *state_of(const Init *init, const HostApp *app, char *buffer, size_t size)
{
    switch (app->stage) {
    case APP_WAITING:
    case APP_PRE_START: return "starting";
    case APP_RUNNING:
        if (init->phase != POD_RUNNING)
            return "stopping";
        if (app->reload != APP_RELOAD_NONE)
            return "reloading";
        if (!app->ready)
            return "starting";
        return app->plan->notify ? "ready" : "running";
    case APP_POST_STOP: return "stopping";
    case APP_DONE: break;
    }
    if (app->killed)
        return "killed";
    if (app->status == 0)
        return app->executed ? "exited" : "not started";
    (void) snprintf(buffer, size, "failed (%d)", app->status);
    return buffer;
}

/* "nginx: running, redis: ready (what it says)": as many as there is room for. */
static void states_of(const Init *init, char ret[static STATES_MAX])
{
    size_t used = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        const HostApp *app = &init->host->apps[i];
        const char *text = app->stage == APP_RUNNING ? app->status_text : NULL;
        char piece[NOTIFY_STATUS_MAX + 300], buffer[24];
        int n = snprintf(piece, sizeof(piece), "%s%s: %s%s%s%s", i > 0 ? ", " : "", app->plan->name,
                         state_of(init, app, buffer, sizeof(buffer)), text ? " (" : "", text ? text : "",
                         text ? ")" : "");

        if (n < 0 || (size_t) n >= sizeof(piece) || used + (size_t) n + sizeof("…") > STATES_MAX) {
            memcpy(ret + used, "…", sizeof("…"));
            return;
        }
        memcpy(ret + used, piece, (size_t) n + 1);
        used += (size_t) n;
    }
}

static void tell(const Init *init, const char *word)
{
    char states[STATES_MAX];

    if (init->host->notify < 0)
        return;
    states_of(init, states);
    (void) notify_sendf(init->host->notify, "%s%sSTATUS=%s", word, *word ? "\n" : "", states);
}

void service_begin(Init *init)
{
    init->extend_to_ns = monotonic_ns() + EXTENSION_MAX_S * INT64_C(1000000000);
}

void service_tell_states(const Init *init)
{
    tell(init, "");
}

void service_tell_ready(Init *init)
{
    tell(init, "READY=1");
    if (init->host->watchdog_us > 0)
        init->ping_at_ns = monotonic_ns();
}

/* Where an app's StopTimeout= was said, the unit waits for it. */
void service_tell_stopping(const Init *init)
{
    char word[64] = "STOPPING=1";
    uint64_t longest_ns = 0;

    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        if (init->host->apps[i].plan->stop_timeout_ns > longest_ns)
            longest_ns = init->host->apps[i].plan->stop_timeout_ns;
    if (longest_ns > 0)
        (void) snprintf(word, sizeof(word), "STOPPING=1\nEXTEND_TIMEOUT_USEC=%llu",
                        (unsigned long long) longest_ns / 1000 + STOP_MARGIN_US);
    tell(init, word);
}

/* ----- Watchdog ----- */

bool service_app_is_watched(const HostApp *app)
{
    return app->stage == APP_RUNNING && app->plan->watchdog;
}

static bool is_anyone_watched(const Init *init)
{
    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        if (service_app_is_watched(&init->host->apps[i]))
            return true;
    return false;
}

/* On with it when everybody has said it. */
static void note_ping(const Init *init)
{
    if (init->host->watchdog_us == 0 || !is_anyone_watched(init))
        return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        if (service_app_is_watched(&init->host->apps[i]) && !init->host->apps[i].pinged)
            return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        init->host->apps[i].pinged = false;
    (void) notify_send(init->host->notify, "WATCHDOG=1");
}

/* ----- Reloading ----- */

static void begin_reload(Init *init)
{
    init->reloading = true;
    service_begin(init);
    tell(init, "RELOADING=1");
}

static void note_reloaded(Init *init)
{
    if (!init->reloading || init->phase != POD_RUNNING)
        return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++)
        if (init->host->apps[i].reload != APP_RELOAD_NONE) {
            service_tell_states(init);
            return;
        }
    init->reloading = false;
    init->reload_at_ns = 0;
    tell(init, "READY=1");
}

void service_reload(Init *init)
{
    if (!init->ready || init->phase != POD_RUNNING)
        return;
    for (size_t i = 0; i < init->host->plan->n_apps; i++) {
        HostApp *app = &init->host->apps[i];

        if (app->stage != APP_RUNNING || app->plan->reload_signal == 0)
            continue;
        (void) kill(app->pid, app->plan->reload_signal);
        if (app->plan->notify && app->reload == APP_RELOAD_NONE)
            app->reload = APP_RELOAD_ASKED;
    }
    init->reload_at_ns = monotonic_ns() + RELOAD_GRACE_MS * INT64_C(1000000);
    begin_reload(init);
    note_reloaded(init);
}

/* ----- Hearing ----- */

void service_note_finished(Init *init, HostApp *app)
{
    app->reload = APP_RELOAD_NONE;
    if (init->ready || init->phase != POD_RUNNING)
        service_tell_states(init);
    note_reloaded(init);
    note_ping(init);
}

static void take_status(const Init *init, HostApp *app, const char *text)
{
    char *copy = NULL;

    if (streq_ptr(app->status_text, text) || (*text == '\0' && !app->status_text))
        return;
    if (*text != '\0' && !(copy = strdup(text)))
        return;
    free(app->status_text);
    app->status_text = copy;
    service_tell_states(init);
}

static void take_extension(const Init *init, const HostApp *app, uint64_t us)
{
    int64_t left_us = (init->extend_to_ns - monotonic_ns()) / 1000;

    if (init->phase != POD_RUNNING || (app->ready && app->reload != APP_RELOADING) || left_us <= 0)
        return;
    if (us > (uint64_t) left_us)
        us = (uint64_t) left_us;
    (void) notify_sendf(init->host->notify, "EXTEND_TIMEOUT_USEC=%llu", (unsigned long long) us);
}

bool service_take_message(Init *init, HostApp *app, const NotifyMessage *message)
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
    if (app->plan->watchdog && message->watchdog) {
        app->pinged = true;
        note_ping(init);
    }
    if (app->plan->watchdog && message->trigger && init->host->watchdog_us > 0) {
        app->pinged = false;
        (void) notify_send(init->host->notify, "WATCHDOG=trigger");
    }
    return message->ready;
}

/* ----- Time ----- */

int64_t service_next_ns(const Init *init)
{
    if (init->phase != POD_RUNNING)
        return 0;
    return earlier_ns(init->reload_at_ns, is_anyone_watched(init) ? 0 : init->ping_at_ns);
}

void service_keep_time(Init *init)
{
    int64_t now = monotonic_ns();

    if (init->phase != POD_RUNNING)
        return;
    if (init->reload_at_ns > 0 && init->reload_at_ns <= now) {
        init->reload_at_ns = 0;
        for (size_t i = 0; i < init->host->plan->n_apps; i++)
            if (init->host->apps[i].reload == APP_RELOAD_ASKED)
                init->host->apps[i].reload = APP_RELOAD_NONE;
        note_reloaded(init);
    }
    if (init->ping_at_ns > 0 && init->ping_at_ns <= now && !is_anyone_watched(init)) {
        init->ping_at_ns = now + (int64_t) (init->host->watchdog_us / 2) * 1000;
        (void) notify_send(init->host->notify, "WATCHDOG=1");
    }
}
