/* SPDX-License-Identifier: Apache-2.0 */
/* The process that reads an app's pipe in our place, also while somebody holds that pipe. */

#include "carrier.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd-util.h"

#include "test.h"

typedef struct Fixture {
    int app[2], ours[2];
    Carrier carrier;
} Fixture;

static void begin(Fixture *f)
{
    *f = (Fixture){ .carrier = CARRIER_INIT };
    assert_int(pipe2(f->app, O_CLOEXEC), 0);
    assert_int(pipe2(f->ours, O_CLOEXEC), 0);
    assert_int(fcntl(f->app[0], F_SETFL, O_NONBLOCK), 0);
    assert_int(carrier_begin(&f->carrier, f->app[0], f->ours[1], f->app[1]), 0);
}

static void done(Fixture *f)
{
    int fds[] = { f->app[0], f->app[1], f->ours[0], f->ours[1] };

    for (size_t i = 0; i < ELEMENTSOF(fds); i++)
        (void) close(fds[i]);
}

static void reap(Fixture *f)
{
    pid_t pid = waitpid(f->carrier.pid, NULL, 0);

    assert_true(carrier_note_end(&f->carrier, pid));
    assert_int(f->carrier.pid, 0);
}

static void test_carry(void)
{
    char text[16] = "";
    Fixture f;

    begin(&f);
    assert_int(write(f.app[1], "first", 5), 5);
    assert_int(read(f.ours[0], text, sizeof(text)), 5);
    assert_int(write(f.app[1], "last", 4), 4);
    carrier_finish(&f.carrier);
    assert_true(carrier_has_ended(&f.carrier, 10000));
    reap(&f);
    assert_int(read(f.ours[0], text, sizeof(text)), 4);
    done(&f);
}

/* What is there at the end goes. */
static void test_finish_alone(void)
{
    char text[16] = "";
    Fixture f;

    begin(&f);
    assert_int(write(f.app[1], "only", 4), 4);
    carrier_finish(&f.carrier);
    assert_true(carrier_has_ended(&f.carrier, 10000));
    reap(&f);
    assert_int(read(f.ours[0], text, sizeof(text)), 4);
    assert_true(!carrier_waits(&f.carrier));
    done(&f);
}

/* Another one goes on where one was killed, with what lies in the pipe. */
static void test_again(void)
{
    char text[16] = "";
    struct pollfd polled;
    Fixture f;

    begin(&f);
    assert_true(!carrier_begin_again(&f.carrier));
    assert_int(kill(f.carrier.pid, SIGKILL), 0);
    polled = carrier_await(&f.carrier);
    assert_int(poll(&polled, 1, 10000), 1);
    reap(&f);
    carrier_turn(&f.carrier, &polled);
    assert_int(f.carrier.control, -EBADF);
    assert_true(f.carrier.again_ns > 0);
    assert_int(write(f.app[1], "again", 5), 5);
    f.carrier.again_ns = 1;
    assert_true(carrier_begin_again(&f.carrier));
    assert_int(read(f.ours[0], text, sizeof(text)), 5);
    carrier_finish(&f.carrier);
    polled = carrier_await(&f.carrier);
    assert_int(poll(&polled, 1, 10000), 1);
    carrier_turn(&f.carrier, &polled); /* which is no reason for another one */
    assert_int(f.carrier.again_ns, 0);
    reap(&f);
    done(&f);
}

/* Another process splices from a socket that says nothing into the pipe, and has its lock. */
static void test_held(void)
{
    char text[16] = "";
    int silent[2];
    pid_t holder;
    Fixture f;

    begin(&f);
    assert_int(socketpair(AF_UNIX, SOCK_STREAM, 0, silent), 0);
    assert_int(write(f.app[1], "said", 4), 4);
    assert_int(read(f.ours[0], text, sizeof(text)), 4);
    holder = fork();
    if (holder == 0) {
        (void) splice(silent[0], NULL, f.app[1], NULL, 1, 0);
        _exit(0);
    }
    carrier_finish(&f.carrier);
    (void) carrier_has_ended(&f.carrier, 500); /* or not, when it was there first */
    (void) carrier_waits(&f.carrier);
    (void) kill(holder, SIGKILL);
    assert_true(waitpid(holder, NULL, 0) == holder);
    assert_true(carrier_has_ended(&f.carrier, 10000));
    reap(&f);
    (void) close(silent[0]);
    (void) close(silent[1]);
    done(&f);
}

/* Towards an app: the end of what we write is the end of what it reads. */
static void test_input(void)
{
    char text[16] = "";
    Fixture f = { .carrier = CARRIER_INIT };

    assert_int(pipe2(f.app, O_CLOEXEC), 0);
    assert_int(pipe2(f.ours, O_CLOEXEC), 0);
    assert_int(fcntl(f.ours[0], F_SETFL, O_NONBLOCK), 0);
    assert_int(carrier_begin(&f.carrier, f.ours[0], f.app[1], f.app[0]), 0);
    (void) close(f.app[1]);
    assert_int(write(f.ours[1], "typed", 5), 5);
    (void) close(f.ours[1]);
    assert_int(read(f.app[0], text, sizeof(text)), 5);
    assert_int(read(f.app[0], text, sizeof(text)), 0);
    carrier_abandon(&f.carrier);
    reap(&f);
    (void) close(f.ours[0]);
    (void) close(f.app[0]);
}

/* Our ends of a pipe that is held are not the last: else this would hang. */
static void test_close_held(void)
{
    char path[FD_PATH_MAX];
    int silent[2];
    pid_t holder;
    Fixture f;

    begin(&f);
    assert_int(socketpair(AF_UNIX, SOCK_STREAM, 0, silent), 0);
    holder = fork();
    if (holder == 0) {
        int own = open(fd_path(f.app[1], path), O_WRONLY | O_CLOEXEC);

        (void) close(f.app[0]);
        (void) close(f.app[1]);
        (void) !write(f.ours[1], "h", 1);
        (void) splice(silent[0], NULL, own, NULL, 1, 0);
        _exit(0);
    }
    assert_int(read(f.ours[0], path, 1), 1);
    (void) usleep(100 * 1000); /* it may hold it only later, and then this shows nothing */
    done(&f);
    (void) kill(holder, SIGKILL);
    assert_true(waitpid(holder, NULL, 0) == holder);
    carrier_abandon(&f.carrier);
    reap(&f);
    (void) close(silent[0]);
    (void) close(silent[1]);
}

/* Its end is noticed. */
static void test_killed(void)
{
    struct pollfd fd;
    Fixture f;

    begin(&f);
    (void) kill(f.carrier.pid, SIGKILL);
    assert_true(carrier_has_ended(&f.carrier, 10000));
    fd = carrier_await(&f.carrier);
    assert_int(poll(&fd, 1, 0), 1);
    carrier_turn(&f.carrier, &fd);
    assert_int(carrier_await(&f.carrier).fd, -EBADF);
    reap(&f);
    done(&f);
}

int main(void)
{
    test_carry();
    test_finish_alone();
    test_again();
    test_held();
    test_input();
    test_close_held();
    test_killed();
    return 0;
}
