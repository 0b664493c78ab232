/* SPDX-License-Identifier: Apache-2.0 */
/* What journald does not take stays in the pipe, so the app waits as it would for a terminal. It does not
 * wait for long: when the pipe is full and journald took nothing for PATIENCE_MS, the content of the pipe is
 * dropped, again and again until journald takes something; a line in the log then says how much is missing.
 *
 * A piece is read by tee(2) before it is moved. So the app's budget of lines can be kept (line-budget.h), and
 * the last lines are known here; the journal may have them too late for whoever asks, or never. */

#include "app-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/log.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "journal/stream.h"

enum {
    PIECE = 16 * 1024,
    REST_MS = 5,
    PATIENCE_MS = 10 * 1000,
    PAUSE_MIN_MS = 10, /* between attempts to find a journald, or room; twice as long each time */
    PAUSE_MAX_MS = 1000,
    PAUSE_DROPPING_MS = 50, /* while the app fills its pipe */
    IDLE_MS = 60 * 1000,    /* without a word, after which a stream on demand is closed */
    QUOTED_LINES = 10,
};

#define MS INT64_C(1000000)

static int64_t in_ms(unsigned ms)
{
    return monotonic_ns() + ms * MS;
}

int app_log_begin(AppLog *log, const AppLogOptions *options)
{
    char *tail = malloc(APP_LOG_TAIL);

    if (!tail)
        return -ENOMEM;
    *log = (AppLog){ .options = *options, .stream = -EBADF, .tail = tail, .pause_ms = PAUSE_MIN_MS };
    if (!options->on_demand)
        log->next_ns = monotonic_ns();
    return 0;
}

static size_t waiting(const AppLog *log)
{
    int n = 0;

    return log->options.pipe < 0 || ioctl(log->options.pipe, FIONREAD, &n) < 0 || n < 0 ? 0 : (size_t) n;
}

/* The app would wait. */
static bool is_full(const AppLog *log)
{
    struct pollfd pfd = { .fd = log->options.write_end, .events = POLLOUT };

    return poll(&pfd, 1, 0) == 0;
}

/* ----- The last lines ----- */

static void add_to_tail(AppLog *log, const char *data, size_t size)
{
    size_t kept = log->tail_filled;

    if (size > APP_LOG_TAIL) {
        data += size - APP_LOG_TAIL;
        size = APP_LOG_TAIL;
    }
    if (kept > APP_LOG_TAIL - size)
        kept = APP_LOG_TAIL - size;
    memmove(log->tail, log->tail + log->tail_filled - kept, kept);
    memcpy(log->tail + kept, data, size);
    log->tail_filled = kept + size;
}

/* Shared by all logs, and empty between two calls. */
static int look_pipe[2] = { -EBADF, -EBADF };

static void close_look_pipe(void)
{
    look_pipe[0] = safe_close(look_pipe[0]);
    look_pipe[1] = safe_close(look_pipe[1]);
}

static int open_look_pipe(void)
{
    if (look_pipe[0] >= 0)
        return 0;
    if (pipe2(look_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    (void) fcntl(look_pipe[1], F_SETPIPE_SZ, PIECE);
    return 0;
}

/* Bytes have left the pipe. */
static void note_gone(AppLog *log, size_t size)
{
    log->noted -= size < log->noted ? size : log->noted;
    log->paid -= size < log->paid ? size : log->paid;
}

/* Notes what the pipe holds from its first byte on. */
static void note_seen(AppLog *log, const char *data, size_t size)
{
    if (size <= log->noted)
        return;
    add_to_tail(log, data + log->noted, size - log->noted);
    log->noted = size;
}

/* Reads up to size bytes, to forget them. Returns how many, 0: there are none. */
static size_t throw_away(AppLog *log, char *data, size_t size)
{
    ssize_t n = read(log->options.pipe, data, size);

    if (n <= 0)
        return 0;
    note_seen(log, data, (size_t) n);
    note_gone(log, (size_t) n);
    return (size_t) n;
}

/* Finds out how many of the first bytes may go by the app's budget, and throws away the suppressed ones
 * before them. They are read to where they are already. */
static void pay(AppLog *log, char *data, size_t size)
{
    for (size_t done = 0, n; done < size && log->paid == 0; done += n) {
        bool pass;

        n = line_budget_judge(log->options.budget, &log->flow, data + done, size - done, monotonic_ns(),
                              &pass);
        if (pass)
            log->paid = n;
        else
            (void) throw_away(log, data + done, n);
    }
}

/* Takes a look at the first bytes that the pipe holds, unless that was done. Returns how many, 0: none;
 * log->paid of them may go. */
static ssize_t look(AppLog *log)
{
    char data[PIECE];
    ssize_t n;
    int r;

    if (log->paid > 0)
        return (ssize_t) log->paid;
    r = open_look_pipe();
    if (r < 0)
        return r;
    n = tee(log->options.pipe, look_pipe[1], sizeof(data), SPLICE_F_NONBLOCK);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return -errno;
    if (n <= 0)
        return 0;
    if (read_full(look_pipe[0], data, (size_t) n) != n) {
        close_look_pipe();
        return -EIO;
    }
    note_seen(log, data, (size_t) n);
    pay(log, data, (size_t) n);
    return n;
}

/* ----- Dropping ----- */

static void drop(AppLog *log)
{
    char data[PIECE];
    size_t n;

    for (size_t left = waiting(log); left > 0; left -= n < left ? n : left) {
        n = throw_away(log, data, sizeof(data));
        if (n == 0)
            break;
        log->dropped += n;
    }
    log->flow = (LineFlow){ 0 };
}

static void begin_to_drop(AppLog *log)
{
    if (!log->dropping)
        log_warning("the journal takes no output of app %s: it is dropped", log->options.identifier);
    log->dropping = true;
}

/* In the app's log, where lines are missing. False: there is no room even for that. */
static bool say_dropped(AppLog *log)
{
    char line[128];
    int n;

    if (log->dropped == 0)
        return true;
    n = snprintf(line, sizeof(line), "\n<4>rkt: %llu bytes of the app's output are missing here\n",
                 (unsigned long long) log->dropped);
    if (send(log->stream, line, (size_t) n, MSG_DONTWAIT | MSG_NOSIGNAL) != n)
        return false;
    log_warning("%llu bytes of the output of app %s are missing in the journal",
                (unsigned long long) log->dropped, log->options.identifier);
    log->dropped = 0;
    return true;
}

/* ----- The stream ----- */

static void close_stream(AppLog *log)
{
    log->stream = safe_close(log->stream);
    log->has_room = false;
}

/* From where the sockets are: no path leads there. */
static void open_stream(AppLog *log)
{
    JournalStreamOptions options = JOURNAL_STREAM_OPTIONS_INIT;

    options.directory = ".";
    options.identifier = log->options.identifier;
    options.unit = log->options.unit;
    options.level_prefix = log->options.level_prefix;
    if (fchdir(log->options.directory) < 0)
        return;
    log->has_room = journal_stream_open(&options, &log->stream) >= 0;
    (void) !chdir("/");
}

/* Moves what is paid. Returns how many bytes went; -EAGAIN: none now; else why never. */
static ssize_t push(AppLog *log)
{
    ssize_t n;

    if (!say_dropped(log))
        return errno == EAGAIN || errno == EINTR ? -EAGAIN : -EPIPE;
    n = splice(log->options.pipe, NULL, log->stream, NULL, log->paid, SPLICE_F_NONBLOCK);
    if (n > 0) {
        note_gone(log, (size_t) n);
        return n;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM))
        return -EAGAIN;
    return n < 0 ? -errno : -EIO;
}

/* ----- Turns ----- */

/* Nothing was taken of what is there, or no journald found. */
static void try_later(AppLog *log, bool holds_something)
{
    bool full = holds_something && is_full(log);

    if (holds_something && log->stuck_ns == 0)
        log->stuck_ns = monotonic_ns();
    if (full && (log->dropping || monotonic_ns() - log->stuck_ns >= PATIENCE_MS * MS)) {
        begin_to_drop(log);
        drop(log);
        log->pause_ms = PAUSE_DROPPING_MS;
    }
    log->rests = false;
    log->next_ns = in_ms(log->pause_ms);
    log->pause_ms = log->pause_ms * 2 < PAUSE_MAX_MS ? log->pause_ms * 2 : PAUSE_MAX_MS;
}

static void note_taken(AppLog *log, size_t size)
{
    log->dropping = false;
    log->stuck_ns = 0;
    log->pause_ms = PAUSE_MIN_MS;
    log->idle = false;
    log->rests = size < PIECE;
    log->next_ns = in_ms(REST_MS);
}

static void note_silent(AppLog *log)
{
    log->rests = false;
    log->stuck_ns = 0;
    log->next_ns = 0;
    if (!log->options.on_demand || log->stream < 0)
        return;
    if (log->idle)
        close_stream(log);
    else
        log->next_ns = in_ms(IDLE_MS);
    log->idle = !log->idle;
}

static void carry(AppLog *log)
{
    ssize_t n = look(log), taken;

    if (n < 0) {
        try_later(log, true);
        return;
    }
    if (n > 0 && log->paid == 0) { /* all of it was suppressed: an app that only costs us time has to wait */
        note_taken(log, 0);
        return;
    }
    if (log->stream < 0 && (n > 0 || !log->options.on_demand))
        open_stream(log);
    if (log->stream < 0 && (n > 0 || !log->options.on_demand)) {
        try_later(log, n > 0);
        return;
    }
    if (n == 0) {
        note_silent(log);
        return;
    }
    taken = push(log);
    if (taken > 0) {
        note_taken(log, (size_t) taken);
        return;
    }
    if (taken == -EAGAIN)
        log->has_room = false;
    else
        close_stream(log);
    try_later(log, true);
}

void app_log_await(const AppLog *log, struct pollfd fds[static _APP_LOG_MAX])
{
    bool waits = log->rests || log->stuck_ns > 0;

    fds[APP_LOG_PIPE] = (struct pollfd){ .fd = waits ? -EBADF : log->options.pipe, .events = POLLIN };
    fds[APP_LOG_STREAM] = (struct pollfd){
        .fd = log->stream,
        .events = log->stream >= 0 && !log->has_room ? POLLOUT : 0,
    };
}

bool app_log_turn(AppLog *log, const struct pollfd fds[static _APP_LOG_MAX])
{
    bool due = log->next_ns > 0 && log->next_ns <= monotonic_ns();

    if (log->stream >= 0) {
        short happened = fds[APP_LOG_STREAM].revents;

        if (happened & (POLLHUP | POLLERR | POLLNVAL)) {
            close_stream(log);
            due = true;
        } else if (happened & POLLOUT)
            due = log->has_room = true;
    }
    due = due || fds[APP_LOG_PIPE].revents;
    if (due)
        carry(log);
    return due;
}

/* ----- The end ----- */

/* Carries up to size bytes, as far as the stream takes them now. */
static void carry_all(AppLog *log, size_t size)
{
    if (log->stream < 0)
        open_stream(log);
    while (size > 0 && log->stream >= 0) {
        ssize_t n = look(log), taken = log->paid > 0 ? push(log) : n;

        if (n < 0 || taken == -EAGAIN || taken == 0)
            break;
        if (taken < 0) {
            close_stream(log);
            break;
        }
        note_taken(log, (size_t) taken);
        size -= (size_t) taken < size ? (size_t) taken : size;
    }
}

bool app_log_finish(AppLog *log, bool give_up)
{
    struct pollfd end = { .fd = log->options.pipe, .events = POLLIN };

    if (log->options.pipe < 0)
        return true;
    if (give_up)
        drop(log);
    else
        carry_all(log, waiting(log));
    return poll(&end, 1, 0) > 0 && !(end.revents & POLLIN);
}

void app_log_tell_lost(const AppLog *log, bool and_more)
{
    if (log->dropped > 0 || and_more)
        log_warning("%s%llu bytes of the output of app %s are missing in the journal",
                    and_more ? "more than " : "", (unsigned long long) log->dropped, log->options.identifier);
}

/* The beginning of the last lines in text, which may begin in the middle of one. */
static char *find_last_lines(char *text, bool begins_within)
{
    char *found = text + strlen(text);

    for (size_t lines = 0; found > text; found--)
        if (found[-1] == '\n' && ++lines == QUOTED_LINES)
            return found;
    return begins_within && strchr(text, '\n') ? strchr(text, '\n') + 1 : text;
}

void app_log_quote(const AppLog *log)
{
    char text[APP_LOG_TAIL + 1], *line, *rest;
    size_t n = log->tail_filled;

    while (n > 0 && log->tail[n - 1] == '\n')
        n--;
    for (size_t i = 0; i < n; i++)
        text[i] = log->tail[i] ? log->tail[i] : '?';
    text[n] = '\0';
    rest = find_last_lines(text, log->tail_filled == APP_LOG_TAIL);
    while ((line = strsep(&rest, "\n")))
        if (*line)
            log_error("%s", line);
}
