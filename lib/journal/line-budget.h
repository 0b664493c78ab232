/* SPDX-License-Identifier: Apache-2.0 */
/* How many lines an app may log in a time. journald counts the lines of a whole unit, so an app that logs
 * without end would silence the others of its pod. The caller passes the time (CLOCK_MONOTONIC); libc only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* If either is 0, there is no limit. */
typedef struct LineLimit {
    uint64_t burst; /* lines; a long line counts once for each LINE_COUNTED_SIZE bytes that it begins */
    int64_t interval_ns;
} LineLimit;

enum { LINE_COUNTED_SIZE = 1024 };

/* the defaults of journald (journald.conf(5)) */
#define LINE_BURST_DEFAULT 10000
#define LINE_INTERVAL_DEFAULT_NS (30 * INT64_C(1000000000))

/* The budget of an app. At first all are 0 except the limit. */
typedef struct LineBudget {
    LineLimit limit;
    int64_t began_ns; /* beginning of the interval, with the first line after the last interval; 0: none yet
                       */
    uint64_t spent;
    uint64_t suppressed;  /* lines that are not reported yet */
    int64_t tell_next_ns; /* when to report them; 0: there is nothing to report */
} LineBudget;

/* One of an app's streams of bytes; all 0 at first, and where bytes are missing. */
typedef struct LineFlow {
    enum {
        LINE_IS_NEXT,    /* a line begins */
        LINE_PASSES,     /* a part of it was accepted, */
        LINE_IS_CUT,     /* and of the rest only the newline will be */
        LINE_SUPPRESSED, /* all of it is accepted */
    } state;
    size_t size; /* bytes of the line that began to count last */
} LineFlow;

/* Whether the first bytes of data (of which there is at least one) are accepted. Returns for how many bytes
 * the answer holds. */
size_t line_budget_judge(LineBudget *budget, LineFlow *flow, const char *data, size_t size, int64_t now_ns,
                         bool *ret_pass);

/* The same for an entry, which counts as one whatever lines it has. */
bool line_budget_judge_entry(LineBudget *budget, size_t size, int64_t now_ns);

/* After the end of an interval in which lines were suppressed, or of the app, logs their number as an entry
 * in the app's name through socket (entry.h). If it cannot be sent, tries again after a second. Returns the
 * error; 0: it was sent, or there is nothing to report. */
int line_budget_tell(LineBudget *budget, int socket, const char *app, int64_t now_ns, bool has_ended);
