/* SPDX-License-Identifier: Apache-2.0 */
/* How many lines an app may say in a time. journald counts those of a unit together, so an app that talks
 * without end would silence the others of its pod. The caller passes the time (CLOCK_MONOTONIC); libc
 * only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Either 0: there is no limit. */
typedef struct LineLimit {
    uint64_t burst; /* lines; a long one counts once for each LINE_COUNTED_SIZE bytes that it begins */
    int64_t interval_ns;
} LineLimit;

enum { LINE_COUNTED_SIZE = 1024 };

/* journald's own (journald.conf(5)). */
#define LINE_BURST_DEFAULT 10000
#define LINE_INTERVAL_DEFAULT_NS (30 * INT64_C(1000000000))

/* An app's. All 0 but the limit in the beginning. */
typedef struct LineBudget {
    LineLimit limit;
    int64_t began_ns; /* the interval, with the first line after the last interval; 0: not yet */
    uint64_t spent;
    uint64_t suppressed;  /* lines, which nobody was told of yet */
    int64_t tell_next_ns; /* when somebody is to be told; 0: there is nothing to tell */
} LineBudget;

/* One of an app's streams of bytes; all 0 in the beginning, and where bytes are missing. */
typedef struct LineFlow {
    enum {
        LINE_IS_NEXT,    /* a line begins */
        LINE_PASSES,     /* some of one was let through, */
        LINE_IS_CUT,     /* and of the rest only the newline will be */
        LINE_SUPPRESSED, /* all of it */
    } state;
    size_t size; /* of what began to count last */
} LineFlow;

/* Whether the first bytes of data, of which there is at least one, are let through. Returns how many bytes
 * that is said of. */
size_t line_budget_judge(LineBudget *budget, LineFlow *flow, const char *data, size_t size, int64_t now_ns,
                         bool *ret_pass);

/* The same for an entry, which is one whatever lines it has. */
bool line_budget_judge_entry(LineBudget *budget, size_t size, int64_t now_ns);

/* Once an interval in which lines were suppressed has ended, or the app has, puts an entry in the app's name
 * into the journal that socket leads to (entry.h). When that can't be had, again after a second. Returns why
 * not; 0: it was told, or there is nothing to tell. */
int line_budget_tell(LineBudget *budget, int socket, const char *app, int64_t now_ns, bool has_ended);
