/* SPDX-License-Identifier: Apache-2.0 */
/* What an app writes, on its way from its pipe to the journal, in the pod's init. Only the init has the
 * stream: an app neither holds a socket of journald nor notices that journald ends. Nothing here ever waits.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "journal/line-budget.h"

enum { APP_LOG_TAIL = 2048 }; /* bytes of an app's last lines that the init knows */

typedef struct AppLogOptions {
    int pipe; /* what the app says: one into which bytes were written that no app has (carrier.h), and that
                 does not block when it is read */
    int write_end;          /* of the app's own pipe; not owned */
    int directory;          /* that with journald's sockets; not owned */
    const char *identifier; /* not owned, nor is: */
    const char *unit;       /* may be NULL */
    LineBudget *budget;     /* the app's; not owned */
    bool level_prefix;      /* lines may begin with "<N>", also with that of an emergency */
    bool on_demand;         /* a stream only while something is said */
} AppLogOptions;

typedef struct AppLog {
    AppLogOptions options;
    int stream;        /* -EBADF: none now */
    bool has_room;     /* the last write to it succeeded, or poll(2) says so */
    bool dropping;     /* its journal takes nothing any more */
    int64_t stuck_ns;  /* since when it took nothing of what the pipe holds; 0: it did */
    int64_t next_ns;   /* when to look again, whatever poll() says; 0: not */
    bool rests;        /* until then: what an app says in many small pieces is carried in a few */
    bool idle;         /* nothing was said since the last look */
    unsigned pause_ms; /* between attempts */
    uint64_t dropped;  /* bytes, since the last one that was taken */
    size_t noted;      /* how much of what the pipe holds is in the tail already */
    LineFlow flow;     /* after what is */
    size_t paid;       /* how much of it may go by the budget */
    char *tail;        /* the end of what was said, APP_LOG_TAIL bytes of room */
    size_t tail_filled;
} AppLog;

#define APP_LOG_INIT                                                                                         \
    {                                                                                                        \
        .options = { .pipe = -EBADF }, .stream = -EBADF                                                      \
    }

/* 0 or -ENOMEM. An AppLog that was not begun, or has no pipe, has nothing to do. */
int app_log_begin(AppLog *log, const AppLogOptions *options);

/* The two descriptors to poll for, and the time to look again (CLOCK_MONOTONIC; 0: none). */
enum { APP_LOG_PIPE, APP_LOG_STREAM, _APP_LOG_MAX };
void app_log_await(const AppLog *log, struct pollfd fds[static _APP_LOG_MAX]);
static inline int64_t app_log_next_ns(const AppLog *log)
{
    return log->next_ns;
}

/* After each poll(): carries one piece, opens a stream again, gives up what cannot be written for long.
 * True when there was something to do. */
bool app_log_turn(AppLog *log, const struct pollfd fds[static _APP_LOG_MAX]);

/* At the pod's end: carries what the pipe holds, as far as it is taken now, or drops it. True when the pipe
 * has ended, and is empty. */
bool app_log_finish(AppLog *log, bool give_up);

/* Then: says what was lost. and_more: there is something that never came through the pipe. */
void app_log_tell_lost(const AppLog *log, bool and_more);

/* Then: says the app's last lines as errors of ours. */
void app_log_quote(const AppLog *log);
