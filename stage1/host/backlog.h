/* SPDX-License-Identifier: Apache-2.0 */
/* What the foreground process prints and the journal has not taken yet. Only backlog_done() waits. The caller
 * asks for room before it adds something; if the journal takes nothing for long, there is room, too, and what
 * does not fit is dropped. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/line-budget.h"

typedef struct Backlog {
    const char *journal_namespace, *identifier; /* not owned; identifier NULL: the journal does not have it */
    LineBudget *budget;                         /* the app's; not owned */
    LineFlow flow;
    bool keep_stream; /* also when nothing is to be written: a namespace's journald ends when it has none */
    int stream;       /* -EBADF: none now */
    char *data;
    size_t filled;
    int64_t stuck_ns; /* since when nothing was taken (CLOCK_MONOTONIC); 0: it was */
    uint64_t dropped;
} Backlog;

#define BACKLOG_INIT                                                                                         \
    {                                                                                                        \
        .stream = -EBADF                                                                                     \
    }
/* Waits for a moment until the journal has read all that it took; says how much was dropped. */
void backlog_done(Backlog *backlog);

/* Whether half of it is free, or nobody takes anything any more: then what is added is dropped. */
bool backlog_has_room(const Backlog *backlog);
/* Adds what an app wrote, in pieces of any size, and sends what the journal takes now. What the budget of
 * lines refuses, or what has no room, is dropped and counted. Never blocks. */
void backlog_add(Backlog *backlog, const char *data, size_t size);

/* What to poll for; after poll(2), whatever it returned, call backlog_turn(). */
struct pollfd backlog_await(const Backlog *backlog);
/* Writes what is there, as far as it is taken. How long to wait at most before the next call, in ms; -1: for
 * ever. */
int backlog_turn(Backlog *backlog);
/* The journal has taken nothing for so long that it is not waited for any more. */
bool backlog_has_given_up(const Backlog *backlog);
/* The earlier one of two such times. */
static inline int shorter_ms(int a, int b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}
static inline bool backlog_is_empty(const Backlog *backlog)
{
    return backlog->filled == 0;
}
