/* SPDX-License-Identifier: Apache-2.0 */
/* What apps send in datagrams: to their service manager, which is us, and to the journal. Whose message it
 * is, its socket tells: only that app has it, and a sender may be gone by now. */

#include "init.h"

#include "base/time-util.h"

enum { LAST_ENTRIES_MS = 1000 }; /* for the journal to take what apps sent before the pod ends */

typedef struct Sender {
    Init *init;
    App *app;
} Sender;

static void hear_app(ReceiveKind kind, char *data, size_t size, void *userdata)
{
    const Sender *sender = userdata;
    App *app = sender->app;
    NotifyMessage message;

    init_forget_soon(sender->init);
    switch (kind) {
    case RECEIVE_NOTIFY:
        if (data && notify_parse(data, size, &message) && service_take_message(sender->init, app, &message))
            pod_note_ready(sender->init);
        break;
    case RECEIVE_SYSLOG: app_entries_carry_syslog(&app->entries, &sender->init->journal, data, size); break;
    case RECEIVE_NATIVE: app_entries_carry_native(&app->entries, &sender->init->journal, data, size); break;
    case _RECEIVE_KIND_MAX: break;
    }
}

static bool can_hear_app(ReceiveKind kind, void *userdata)
{
    const Sender *sender = userdata;

    return kind == RECEIVE_NOTIFY || journal_way_is_ready(&sender->init->journal);
}

void app_turn_messages(Init *init, App *app, const struct pollfd fds[static _RECEIVE_KIND_MAX])
{
    receiver_turn(&app->parts->receiver, fds, can_hear_app, hear_app, &(Sender){ init, app });
}

void apps_begin_messages(Init *init)
{
    FOREACH_APP (app, init)
        app->entries = (AppEntries){ .identifier = app->plan->name, .budget = &app->budget };
}

/* What was sent before the end, a little of each app in turn: one that is not done keeps no other waiting. */
void apps_finish_messages(Init *init)
{
    int64_t end_ns = monotonic_ns() + LAST_ENTRIES_MS * INT64_C(1000000);
    bool more;

    do {
        more = false;
        FOREACH_APP (app, init) {
            more = receiver_drain(&app->parts->receiver, can_hear_app, hear_app, &(Sender){ init, app }) ||
                   more;
        }
    } while (more && monotonic_ns() < end_ns);
}

/* Of which way they came does not matter: where the foreground process carries lines, it has its own budget.
 */
void apps_tell_suppressed(Init *init, bool has_ended)
{
    FOREACH_APP (app, init) {
        if (app->budget.tell_next_ns > 0 && (has_ended || app->budget.tell_next_ns <= monotonic_ns()))
            app_entries_tell_suppressed(&app->entries, &init->journal, has_ended);
    }
}
