/* SPDX-License-Identifier: Apache-2.0 */

#include "backlog.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/time-util.h"
#include "journal/entry.h"
#include "journal/stream.h"

enum {
    BACKLOG_SIZE = 64 * 1024,
    PATIENCE_MS = 10 * 1000,
    PAUSE_MS = 20,
    LOOK_MS = 1000,
    READER_MS = 1000,
    TELL_MS = 1000
};

/* So that the journal has it all by the time that we have ended. */
static void await_reader(int stream)
{
    int unread;

    for (unsigned ms = 0; ms < READER_MS && ioctl(stream, SIOCOUTQ, &unread) >= 0 && unread > 0; ms++)
        (void) poll(NULL, 0, 1);
}

/* How long until there is something to tell, in ms; -1: there is nothing. */
static int tell_suppressed(Backlog *backlog, bool has_ended)
{
    int64_t now = monotonic_ns(), next = backlog->budget->tell_next_ns;
    _cleanup_close_ int socket = -EBADF;

    if (next > 0 && (has_ended || next <= now)) {
        (void) journal_socket_open_namespace(backlog->journal_namespace, &socket);
        (void) line_budget_tell(backlog->budget, socket, backlog->identifier, now, has_ended);
        next = backlog->budget->tell_next_ns;
    }
    return next == 0     ? -1
           : next <= now ? 0
                         : (int) ((next - now) / 1000000 < TELL_MS ? (next - now) / 1000000 + 1 : TELL_MS);
}

void backlog_done(Backlog *backlog)
{
    uint64_t lost = backlog->dropped + backlog->filled;

    if (backlog->budget)
        (void) tell_suppressed(backlog, true);
    if (lost > 0)
        log_warning("%llu bytes of the output of app %s are missing in the journal",
                    (unsigned long long) lost, backlog->identifier);
    if (backlog->stream >= 0 && backlog->data)
        await_reader(backlog->stream);
    backlog->stream = safe_close(backlog->stream);
    free(backlog->data);
    *backlog = (Backlog) BACKLOG_INIT;
}

bool backlog_has_given_up(const Backlog *backlog)
{
    return backlog->stuck_ns > 0 && monotonic_ns() - backlog->stuck_ns >= PATIENCE_MS * INT64_C(1000000);
}

bool backlog_has_room(const Backlog *backlog)
{
    return backlog->filled <= BACKLOG_SIZE / 2 || backlog_has_given_up(backlog);
}

static void add(Backlog *backlog, const char *data, size_t size)
{
    if (!backlog->data)
        backlog->data = malloc(BACKLOG_SIZE);
    if (!backlog->data || size > BACKLOG_SIZE - backlog->filled) {
        backlog->dropped += size;
        return;
    }
    memcpy(backlog->data + backlog->filled, data, size);
    backlog->filled += size;
}

void backlog_add(Backlog *backlog, const char *data, size_t size)
{
    if (!backlog->identifier)
        return;
    for (size_t done = 0, n; done < size; done += n) {
        bool pass;

        n = line_budget_judge(backlog->budget, &backlog->flow, data + done, size - done, monotonic_ns(),
                              &pass);
        if (pass)
            add(backlog, data + done, n);
    }
    (void) backlog_turn(backlog);
}

static bool open_stream(Backlog *backlog)
{
    JournalStreamOptions options = JOURNAL_STREAM_OPTIONS_INIT;

    if (backlog->stream >= 0)
        return true;
    options.journal_namespace = backlog->journal_namespace;
    options.identifier = backlog->identifier;
    options.level_prefix = backlog->journal_namespace; /* see begin_log() in set-up.c */
    return journal_stream_open(&options, &backlog->stream) >= 0;
}

struct pollfd backlog_await(const Backlog *backlog)
{
    return (struct pollfd){ .fd = backlog->stream, .events = backlog->filled > 0 ? POLLOUT : 0 };
}

static bool is_hung_up(int stream)
{
    struct pollfd pfd = { .fd = stream };

    return poll(&pfd, 1, 0) > 0;
}

/* Until the stream takes no more, or is gone. */
static void write_some(Backlog *backlog)
{
    ssize_t n;

    do {
        n = send(backlog->stream, backlog->data, backlog->filled, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            backlog->stream = safe_close(backlog->stream);
        if (n <= 0)
            return;
        backlog->stuck_ns = 0;
        backlog->filled -= (size_t) n;
        memmove(backlog->data, backlog->data + n, backlog->filled);
    } while (backlog->filled > 0);
}

/* How long to wait at most for the stream. */
static int turn_stream(Backlog *backlog)
{
    if (backlog->filled == 0 && !backlog->keep_stream)
        return -1;
    if (backlog->stream >= 0 && is_hung_up(backlog->stream))
        backlog->stream = safe_close(backlog->stream);
    if (open_stream(backlog) && backlog->filled > 0)
        write_some(backlog);
    if (backlog->filled > 0 && backlog->stuck_ns == 0)
        backlog->stuck_ns = monotonic_ns();
    if (backlog->stream < 0)
        return PAUSE_MS;
    return backlog->filled > 0 ? LOOK_MS : -1;
}

int backlog_turn(Backlog *backlog)
{
    if (!backlog->identifier)
        return -1;
    return shorter_ms(turn_stream(backlog), tell_suppressed(backlog, false));
}
