/* SPDX-License-Identifier: Apache-2.0 */
/* What an app says costs us little also where it goes nowhere. */

#include "app-log.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/time-util.h"

#include "test.h"

static const char noise[] = "noisy!!\n"; /* its size divides that of a page */

typedef struct Fixture {
    int pipe[2];
    LineBudget budget;
    AppLog log;
} Fixture;

/* An app that has spent its budget already, and has filled its pipe. */
static void begin(Fixture *f)
{
    *f = (Fixture){
        .budget = { .limit = { .burst = 1, .interval_ns = 3600 * INT64_C(1000000000) } },
        .log = APP_LOG_INIT,
    };
    assert_int(pipe2(f->pipe, O_CLOEXEC | O_NONBLOCK), 0);
    assert_true(line_budget_judge_entry(&f->budget, 1, monotonic_ns()));
    assert_int(app_log_begin(&f->log, &(AppLogOptions){ .pipe = f->pipe[0],
                                                        .write_end = f->pipe[1],
                                                        .directory = -EBADF,
                                                        .identifier = "app",
                                                        .budget = &f->budget,
                                                        .on_demand = true }),
               0);
    while (write(f->pipe[1], noise, strlen(noise)) > 0)
        ;
}

static void end(Fixture *f)
{
    (void) close(f->pipe[0]);
    (void) close(f->pipe[1]);
    free(f->log.tail);
}

static size_t waiting(const Fixture *f)
{
    int n = 0;

    assert_int(ioctl(f->pipe[0], FIONREAD, &n), 0);
    return (size_t) n;
}

/* Whether the pipe is polled for after a turn in which something was there. */
static bool is_awake(Fixture *f)
{
    struct pollfd fds[_APP_LOG_MAX];

    app_log_await(&f->log, fds);
    fds[APP_LOG_PIPE].revents = POLLIN;
    fds[APP_LOG_STREAM].revents = 0;
    assert_true(app_log_turn(&f->log, fds));
    app_log_await(&f->log, fds);
    return fds[APP_LOG_PIPE].fd >= 0;
}

static void turn_until_empty(Fixture *f)
{
    while (waiting(f) > 0) {
        struct pollfd fds[_APP_LOG_MAX];

        app_log_await(&f->log, fds);
        (void) poll(fds, _APP_LOG_MAX, 1);
        (void) app_log_turn(&f->log, fds);
    }
}

/* Else an app that writes without end would have all of our time. */
static void test_suppressed_rests(void)
{
    size_t size;
    Fixture f;

    begin(&f);
    size = waiting(&f);
    assert_true(!is_awake(&f));
    assert_true(app_log_next_ns(&f.log) > 0);
    assert_true(waiting(&f) > 0 && waiting(&f) < size);
    turn_until_empty(&f);
    assert_int(f.budget.suppressed, size / strlen(noise));
    end(&f);
}

/* Nor is it silence when we can't look. */
static void test_no_descriptor(void)
{
    struct rlimit limit, small;
    size_t size;
    Fixture f;

    begin(&f);
    size = waiting(&f);
    assert_int(getrlimit(RLIMIT_NOFILE, &limit), 0);
    small = limit;
    small.rlim_cur = 3;
    assert_int(setrlimit(RLIMIT_NOFILE, &small), 0);
    assert_true(!is_awake(&f));
    assert_true(app_log_next_ns(&f.log) > 0);
    assert_int(waiting(&f), size);
    assert_int(setrlimit(RLIMIT_NOFILE, &limit), 0);
    turn_until_empty(&f);
    assert_int(f.budget.suppressed, size / strlen(noise));
    end(&f);
}

int main(void)
{
    test_no_descriptor(); /* first: while none was needed yet */
    test_suppressed_rests();
    return 0;
}
