/* SPDX-License-Identifier: Apache-2.0 */
/* Counts like journald: an interval begins with the first line after the last interval, and lines beyond
 * the burst are dropped until it is over. */

#include "line-budget.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "base/string-util.h"
#include "entry.h"

#define TELL_AGAIN_NS INT64_C(1000000000)

/* ----- Counting ----- */

static bool has_limit(const LineBudget *budget)
{
    return budget->limit.burst > 0 && budget->limit.interval_ns > 0;
}

static int64_t ends_ns(const LineBudget *budget)
{
    return budget->began_ns + budget->limit.interval_ns;
}

static bool is_over(const LineBudget *budget, int64_t now_ns)
{
    return budget->began_ns == 0 || now_ns >= ends_ns(budget);
}

static bool can_pay(const LineBudget *budget, uint64_t n, int64_t now_ns)
{
    uint64_t spent = is_over(budget, now_ns) ? 0 : budget->spent;

    /* The first line always fits: an entry may count more than a small burst. */
    return !has_limit(budget) || spent == 0 || spent + n <= budget->limit.burst;
}

static void pay(LineBudget *budget, uint64_t n, int64_t now_ns)
{
    if (is_over(budget, now_ns)) {
        budget->began_ns = now_ns;
        budget->spent = 0;
    }
    budget->spent += n;
}

static void suppress(LineBudget *budget)
{
    budget->suppressed++;
    if (budget->tell_next_ns == 0)
        budget->tell_next_ns = ends_ns(budget);
}

/* ----- Streams ----- */

bool line_budget_judge_entry(LineBudget *budget, size_t size, int64_t now_ns)
{
    uint64_t n = size / LINE_COUNTED_SIZE + 1;
    bool pass = can_pay(budget, n, now_ns);

    if (pass)
        pay(budget, n, now_ns);
    else
        suppress(budget);
    return pass;
}

static bool counts(const LineFlow *flow)
{
    return flow->state <= LINE_PASSES && flow->size == 0;
}

static bool passes(const LineBudget *budget, const LineFlow *flow, char first, int64_t now_ns)
{
    if (counts(flow))
        return can_pay(budget, 1, now_ns);
    return flow->state == LINE_PASSES || (flow->state == LINE_IS_CUT && first == '\n');
}

static void count(LineBudget *budget, LineFlow *flow, bool pass, int64_t now_ns)
{
    if (pass) {
        pay(budget, 1, now_ns);
        flow->state = LINE_PASSES;
    } else {
        suppress(budget);
        flow->state = flow->state == LINE_PASSES ? LINE_IS_CUT : LINE_SUPPRESSED;
    }
}

/* How much of data belongs to the line that has begun to count. */
static size_t advance(LineFlow *flow, const char *data, size_t size)
{
    size_t n = LINE_COUNTED_SIZE - flow->size < size ? LINE_COUNTED_SIZE - flow->size : size;
    const char *newline = memchr(data, '\n', n);

    if (newline && newline > data && flow->state == LINE_IS_CUT)
        return (size_t) (newline - data);
    if (newline) {
        *flow = (LineFlow){ 0 };
        return (size_t) (newline - data) + 1;
    }
    flow->size = (flow->size + n) % LINE_COUNTED_SIZE;
    return n;
}

size_t line_budget_judge(LineBudget *budget, LineFlow *flow, const char *data, size_t size, int64_t now_ns,
                         bool *ret_pass)
{
    size_t done = 0;

    if (!has_limit(budget)) {
        *ret_pass = true;
        return size;
    }
    while (done < size) {
        bool pass = passes(budget, flow, data[done], now_ns);

        if (done > 0 && pass != *ret_pass)
            break;
        *ret_pass = pass;
        if (counts(flow))
            count(budget, flow, pass, now_ns);
        done += advance(flow, data + done, size - done);
    }
    return done;
}

/* ----- Reporting ----- */

int line_budget_tell(LineBudget *budget, int socket, const char *app, int64_t now_ns, bool has_ended)
{
    const int64_t ms = budget->limit.interval_ns / 1000000;
    char text[512];
    int n, r = -EBADF;

    if (budget->suppressed == 0 || (!has_ended && now_ns < budget->tell_next_ns))
        return 0;
    n = snprintf(text, sizeof(text), "rkt: suppressed %llu lines of app %s: more than %llu in %lld %s",
                 (unsigned long long) budget->suppressed, app, (unsigned long long) budget->limit.burst,
                 (long long) (ms % 1000 == 0 ? ms / 1000 : ms), ms % 1000 == 0 ? "s" : "ms");
    if (n < 0 || (size_t) n >= sizeof(text))
        r = -EMSGSIZE;
    else if (socket >= 0)
        r = journal_send_message(socket, app, LOG_WARNING, LOG_FAC(LOG_USER), text, (size_t) n);
    if (r < 0) {
        budget->tell_next_ns = now_ns + TELL_AGAIN_NS;
        return r;
    }
    budget->suppressed = 0;
    budget->tell_next_ns = 0;
    return 0;
}
