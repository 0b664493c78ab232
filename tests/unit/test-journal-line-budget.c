/* SPDX-License-Identifier: Apache-2.0 */

#include "journal/line-budget.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd-util.h"

#include "test.h"

enum { BURST = 3, INTERVAL = 1000 };

static LineBudget new_budget(void)
{
    return (LineBudget){ .limit = { .burst = BURST, .interval_ns = INTERVAL } };
}

/* What is let through of text, which comes in pieces of that size. */
static const char *filter_in_pieces(LineBudget *budget, LineFlow *flow, const char *text, size_t piece,
                                    int64_t now_ns)
{
    static char kept[64 * 1024];
    size_t n_kept = 0, size = strlen(text);

    for (size_t at = 0; at < size;) {
        size_t n = piece < size - at ? piece : size - at, judged;
        bool pass;

        judged = line_budget_judge(budget, flow, text + at, n, now_ns, &pass);
        assert_true(judged > 0 && judged <= n);
        if (pass)
            memcpy(kept + n_kept, text + at, judged);
        n_kept += pass ? judged : 0;
        at += judged;
    }
    kept[n_kept] = '\0';
    return kept;
}

/* A line's fate does not depend on where the pieces end. */
static void test_lines(void)
{
    for (size_t piece = 1; piece < 12; piece++) {
        LineBudget budget = new_budget();
        LineFlow flow = { 0 };

        assert_str(filter_in_pieces(&budget, &flow, "a\n\nbb\nc\ndd\n", piece, 10), "a\n\nbb\n");
        assert_int(budget.suppressed, 2);
        assert_int(budget.tell_next_ns, 10 + INTERVAL);
        assert_str(filter_in_pieces(&budget, &flow, "e\n", piece, 10 + INTERVAL - 1), "");
        /* The end of a line whose beginning was suppressed is, too. */
        assert_str(filter_in_pieces(&budget, &flow, "f", piece, 10 + INTERVAL - 1), "");
        assert_str(filter_in_pieces(&budget, &flow, "f\ng\nh\ni\nj\n", piece, 10 + INTERVAL), "g\nh\ni\n");
        assert_int(budget.suppressed, 5);
    }
}

/* An interval begins with a line, not with the end of the last one. */
static void test_interval(void)
{
    LineBudget budget = new_budget();
    LineFlow flow = { 0 };

    assert_str(filter_in_pieces(&budget, &flow, "a\n", 100, 10), "a\n");
    assert_str(filter_in_pieces(&budget, &flow, "b\n", 100, 10 + INTERVAL + 500), "b\n");
    assert_str(filter_in_pieces(&budget, &flow, "c\nd\ne\n", 100, 10 + INTERVAL + 1400), "c\nd\n");
    assert_str(filter_in_pieces(&budget, &flow, "f\n", 100, 10 + INTERVAL + 1500), "f\n");
}

/* One without an end counts by its size, and ends where it is cut. */
static void test_long_line(void)
{
    char text[5 * LINE_COUNTED_SIZE + 8];
    size_t n = 4 * LINE_COUNTED_SIZE + 5;

    memset(text, 'x', n);
    memcpy(text + n, "\na\n", sizeof("\na\n"));
    for (size_t piece = 1; piece < sizeof(text); piece += 97) {
        LineBudget budget = new_budget();
        LineFlow flow = { 0 };
        const char *kept = filter_in_pieces(&budget, &flow, text, piece, 10);

        assert_int(strlen(kept), BURST * LINE_COUNTED_SIZE + 1);
        assert_int(strspn(kept, "x"), BURST * LINE_COUNTED_SIZE);
        assert_str(kept + BURST * LINE_COUNTED_SIZE, "\n");
        assert_int(budget.suppressed, 2);
        assert_str(filter_in_pieces(&budget, &flow, "b\n", piece, 10 + INTERVAL), "b\n");
    }
}

/* Two streams and entries of one app share its budget. */
static void test_shared(void)
{
    LineBudget budget = new_budget();
    LineFlow flows[2] = { { 0 }, { 0 } };

    assert_str(filter_in_pieces(&budget, &flows[0], "a\n", 100, 10), "a\n");
    assert_true(line_budget_judge_entry(&budget, 100, 10));
    assert_true(!line_budget_judge_entry(&budget, LINE_COUNTED_SIZE, 10)); /* counts twice */
    assert_str(filter_in_pieces(&budget, &flows[1], "b\nc\n", 100, 10), "b\n");
    assert_int(budget.suppressed, 2);
    /* In a new interval one is let through, and be it larger than all. */
    assert_true(line_budget_judge_entry(&budget, 100 * LINE_COUNTED_SIZE, 10 + INTERVAL));
    assert_true(!line_budget_judge_entry(&budget, 1, 10 + INTERVAL));
}

static void test_unlimited(void)
{
    static const LineLimit limits[] = { { 0, INTERVAL }, { BURST, 0 }, { 0, 0 } };

    for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
        LineBudget budget = { .limit = limits[i] };
        LineFlow flow = { 0 };

        assert_str(filter_in_pieces(&budget, &flow, "a\nb\nc\nd\ne\n", 3, 10), "a\nb\nc\nd\ne\n");
        assert_true(line_budget_judge_entry(&budget, 1024 * 1024, 10));
        assert_int(budget.suppressed, 0);
        assert_int(budget.tell_next_ns, 0);
    }
}

static void test_tell(void)
{
    _cleanup_close_ int from = -EBADF, to = -EBADF;
    LineBudget budget = new_budget();
    LineFlow flow = { 0 };
    char entry[1024];
    ssize_t n;
    int fds[2];

    assert_int(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
    from = fds[0];
    to = fds[1];
    assert_int(line_budget_tell(&budget, to, "web", 10, true), 0); /* nothing */
    (void) filter_in_pieces(&budget, &flow, "a\nb\nc\nd\ne\n", 100, 10);
    assert_int(line_budget_tell(&budget, to, "web", 10 + INTERVAL - 1, false), 0);
    assert_int(recv(from, entry, sizeof(entry), 0), -1);
    assert_int(line_budget_tell(&budget, -EBADF, "web", 10 + INTERVAL, false), -EBADF);
    assert_true(budget.tell_next_ns > 10 + INTERVAL);
    assert_int(line_budget_tell(&budget, to, "web", budget.tell_next_ns, false), 0);
    n = recv(from, entry, sizeof(entry), 0);
    assert_true(n > 0 && memmem(entry, (size_t) n, "PRIORITY=4\n", 11) &&
                memmem(entry, (size_t) n, "SYSLOG_IDENTIFIER=web\n", 22) &&
                memmem(entry, (size_t) n, "suppressed 2 lines of app web: more than 3 in 0 s", 49));
    assert_int(line_budget_tell(&budget, to, "web", 10 + 10 * INTERVAL, true), 0);
    assert_int(recv(from, entry, sizeof(entry), 0), -1);
    assert_int(budget.tell_next_ns, 0);
}

int main(void)
{
    test_lines();
    test_interval();
    test_long_line();
    test_shared();
    test_unlimited();
    test_tell();
    return 0;
}
