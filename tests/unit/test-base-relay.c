/* SPDX-License-Identifier: Apache-2.0 */

#include "base/relay.h"
#include "base/terminal.h"

#include <fcntl.h>
#include <signal.h>

#include "test.h"

static void make_pipe(int fds[static 2])
{
    assert_true(pipe2(fds, O_CLOEXEC) >= 0);
}

/* Until there is nothing to do at once. */
static void turn(Flow *flow)
{
    struct pollfd polled = flow_await(flow);

    while (polled.fd >= 0 && poll(&polled, 1, 0) > 0) {
        (void) flow_turn(flow, &polled);
        polled = flow_await(flow);
    }
}

static void begin(Flow *flow, int in[static 2], int out[static 2])
{
    make_pipe(in);
    make_pipe(out);
    *flow = (Flow) FLOW_INIT;
    flow->from = in[0];
    outlet_open(&flow->to, out[1]);
    assert_true(flow->to.own && flow->to.fd != out[1]);
    assert_true(!(fcntl(out[1], F_GETFL) & O_NONBLOCK));
}

static void test_flow(void)
{
    char text[8] = "";
    int in[2], out[2];
    Flow flow;

    begin(&flow, in, out);
    assert_true(write(in[1], "hello", 5) == 5);
    turn(&flow);
    assert_true(read(out[0], text, sizeof(text)) == 5 && memcmp(text, "hello", 5) == 0);
    assert_true(!flow_is_over(&flow));
    (void) close(in[1]);
    turn(&flow);
    assert_true(flow_is_over(&flow));
    flow_close(&flow);
    (void) close(out[0]);
    (void) close(out[1]);
}

/* Nobody reads: we neither wait nor take more than there is room for. */
static void test_slow(void)
{
    static char chunk[256 * 1024];
    int in[2], out[2];
    size_t written = 0;
    Flow flow;

    begin(&flow, in, out);
    assert_true(fcntl(in[1], F_SETFL, O_NONBLOCK) >= 0);
    for (int i = 0; i < 100; i++) {
        ssize_t n = write(in[1], chunk, sizeof(chunk));

        written += n > 0 ? (size_t) n : 0;
        turn(&flow);
    }
    assert_true(written < sizeof(chunk));
    assert_true(flow.begin < flow.end);
    flow_close(&flow);
    (void) close(in[1]);
    (void) close(out[0]);
    (void) close(out[1]);
}

static void test_broken(void)
{
    int in[2], out[2];
    Flow flow;

    begin(&flow, in, out);
    (void) close(out[0]);
    (void) close(out[1]);
    assert_true(write(in[1], "hello", 5) == 5);
    turn(&flow);
    assert_true(flow_is_over(&flow) && flow.from < 0);
    assert_true(write(in[1], "hello", 5) < 0 && errno == EPIPE);
    (void) close(in[1]);
}

static void test_escape(void)
{
    static const struct {
        const char *typed[3];
        bool escaped;
    } cases[] = {
        { { "\035\035\035" }, true },
        { { "a\035", "\035", "\035b" }, true },
        { { "\035\035", "a", "\035" }, false },
        { { "]]]" }, false },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        Terminal terminal = TERMINAL_INIT;
        bool escaped = false;

        for (size_t j = 0; j < 3 && cases[i].typed[j]; j++)
            escaped =
                    terminal_hears_escape(&terminal, cases[i].typed[j], strlen(cases[i].typed[j])) || escaped;
        assert_true(escaped == cases[i].escaped);
    }
}

static void test_late_escape(void)
{
    Terminal terminal = TERMINAL_INIT;

    assert_true(!terminal_hears_escape(&terminal, "\035\035", 2));
    terminal.escapes_since_ns -= 6 * INT64_C(1000000000);
    assert_true(!terminal_hears_escape(&terminal, "\035", 1));
    assert_true(terminal_hears_escape(&terminal, "\035\035", 2));
}

/* A terminal that reads lines: ^] is heard without a newline, and nothing else of the mode changes. */
static void test_split(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
    Terminal terminal = TERMINAL_INIT;
    struct termios before = {}, mode = {};
    char typed[8];

    assert_true(master >= 0 && grantpt(master) >= 0 && unlockpt(master) >= 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(slave >= 0 && tcgetattr(slave, &before) >= 0);
    assert_int(terminal_open(&terminal, slave), 0);
    assert_true(!terminal_is_ours(&terminal)); /* it controls nobody */
    assert_int(terminal_split_at_escape(&terminal), 0);
    assert_int(terminal_split_at_escape(&terminal), 0);
    assert_true(tcgetattr(slave, &mode) >= 0 && terminal.line_end == before.c_cc[VEOL]);
    mode.c_cc[VEOL] = before.c_cc[VEOL];
    assert_true(memcmp(&mode, &before, sizeof(mode)) == 0);

    assert_true(write(master, "ab", 2) == 2);
    assert_true(read(terminal.fd, typed, sizeof(typed)) < 0 && errno == EAGAIN);
    assert_true(write(master, "\035", 1) == 1);
    assert_true(read(terminal.fd, typed, sizeof(typed)) == 3 && memcmp(typed, "ab\035", 3) == 0);
    terminal_done(&terminal);
    (void) close(slave);
    (void) close(master);
}

int main(void)
{
    (void) signal(SIGPIPE, SIG_IGN);
    test_flow();
    test_slow();
    test_broken();
    test_escape();
    test_late_escape();
    test_split();
    return 0;
}
