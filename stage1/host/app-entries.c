/* SPDX-License-Identifier: Apache-2.0 */
/* While journald takes nothing, datagrams stay where they are, and the apps wait, as for any syslog: for a
 * moment if it is busy, for longer if it is not there yet. After that entries are dropped and counted. */

#include "app-entries.h"

#include <poll.h>
#include <syslog.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/time-util.h"
#include "journal/entry.h"
#include "journal/syslog-message.h"

enum { PATIENCE_BUSY_MS = 2000, PATIENCE_ABSENT_MS = 30 * 1000 };

static bool has_room(int fd)
{
    struct pollfd pfd = { .fd = fd, .events = POLLOUT };

    return poll(&pfd, 1, 0) > 0;
}

/* By the working directory: a path through /proc would need one. */
static void open_way(JournalWay *way)
{
    if (way->fd < 0 && way->directory >= 0 && fchdir(way->directory) >= 0) {
        (void) journal_socket_open(".", &way->fd);
        (void) !chdir("/");
    }
}

bool journal_way_is_ready(JournalWay *way)
{
    int64_t now;
    int patience_ms;

    open_way(way);
    if (way->fd >= 0 && has_room(way->fd)) {
        way->since_ns = 0;
        return true;
    }
    now = monotonic_ns();
    if (way->since_ns == 0)
        way->since_ns = now;
    patience_ms = way->fd >= 0 ? PATIENCE_BUSY_MS : PATIENCE_ABSENT_MS;
    return now - way->since_ns > patience_ms * INT64_C(1000000);
}

/* Closes what journald no longer listens to: its socket was made anew. */
static bool note_result(JournalWay *way, int r)
{
    if (r < 0 && r != -EAGAIN && r != -EMSGSIZE && r != -ENOBUFS && r != -ENOMEM)
        way->fd = safe_close(way->fd);
    return r >= 0;
}

void app_entries_tell_suppressed(AppEntries *entries, JournalWay *way, bool has_ended)
{
    /* A second time as below; while the app runs, that is a second later. */
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        open_way(way);
        if (note_result(way, line_budget_tell(entries->budget, way->fd, entries->identifier, monotonic_ns(),
                                              has_ended)) ||
            way->fd >= 0)
            return;
    }
}

static void tell_dropped(AppEntries *entries, const JournalWay *way)
{
    char text[80];
    int n = snprintf(text, sizeof(text), "%lu messages to the journal were dropped", entries->dropped);

    if (entries->dropped > 0 && journal_send_message(way->fd, entries->identifier, LOG_WARNING,
                                                     LOG_FAC(LOG_USER), text, (size_t) n) >= 0)
        entries->dropped = 0;
}

/* Fields: of the native protocol. message: of syslog(3). */
static void carry(AppEntries *entries, JournalWay *way, const SyslogMessage *message, const char *fields,
                  size_t size)
{
    /* A second time where journald was started anew: the first one tells. */
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        int r;

        open_way(way);
        if (way->fd < 0)
            break;
        tell_dropped(entries, way);
        r = message ? journal_send_message(way->fd, entries->identifier, message->priority, message->facility,
                                           message->text, message->size)
                    : journal_send_fields(way->fd, entries->identifier, fields, size);
        if (note_result(way, r))
            return;
        if (way->fd >= 0)
            break;
    }
    entries->dropped++;
}

void app_entries_carry_syslog(AppEntries *entries, JournalWay *way, char *data, size_t size)
{
    SyslogMessage message;

    if (!data || size > SYSLOG_SIZE_MAX) {
        entries->dropped++;
        return;
    }
    if (!syslog_message_parse(data, size, &message))
        return;
    if (way->is_the_hosts && message.priority == LOG_EMERG)
        message.priority = LOG_ALERT;
    if (line_budget_judge_entry(entries->budget, message.size, monotonic_ns()))
        carry(entries, way, &message, NULL, 0);
}

void app_entries_carry_native(AppEntries *entries, JournalWay *way, char *data, size_t size)
{
    size = data ? journal_fields_check(data, size) : 0;
    if (size == 0)
        entries->dropped++;
    else if (line_budget_judge_entry(entries->budget, size, monotonic_ns()))
        carry(entries, way, NULL, data, size);
}
