/* SPDX-License-Identifier: Apache-2.0 */
/* Both ways of receiving; that with a process of its own also where the kernel has the other one. */

#include "receive.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "base/time-util.h"

#include "test.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

typedef struct Heard {
    unsigned n, too_long, of_kind[_RECEIVE_KIND_MAX];
    char last[64];
} Heard;

static void hear(ReceiveKind kind, char *data, size_t size, void *userdata)
{
    Heard *heard = userdata;

    heard->n++;
    heard->of_kind[kind]++;
    if (!data) {
        heard->too_long++;
        return;
    }
    (void) snprintf(heard->last, sizeof(heard->last), "%.*s", (int) size, data);
}

/* Turns until n datagrams were heard, or the time is over. */
static void turn_until(Receiver *receiver, Heard *heard, unsigned n, int timeout_ms)
{
    int64_t end = monotonic_ns() + timeout_ms * INT64_C(1000000);

    while (heard->n < n && monotonic_ns() < end) {
        struct pollfd fds[_RECEIVE_KIND_MAX];

        (void) receiver_await(receiver, fds);
        (void) poll(fds, _RECEIVE_KIND_MAX, 10);
        receiver_turn(receiver, fds, NULL, hear, heard);
        for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;)
            (void) receiver_note_end(receiver, pid);
    }
}

static void drain(Receiver *receiver, Heard *heard, int timeout_ms)
{
    int64_t end = monotonic_ns() + timeout_ms * INT64_C(1000000);

    while (receiver_drain(receiver, NULL, hear, heard) && monotonic_ns() < end)
        ;
}

typedef struct Fixture {
    Receiver receiver;
    Heard heard;
    char directory[32], path[64];
    int client; /* connected to the socket for syslog(3) */
} Fixture;

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
    return fd;
}

static void begin(Fixture *f, bool apart)
{
    *f = (Fixture){ .receiver = RECEIVER_INIT, .directory = "/tmp/test-receive-XXXXXX" };
    assert_true(mkdtemp(f->directory));
    (void) snprintf(f->path, sizeof(f->path), "%s/log", f->directory);
    assert_int(receiver_listen(&f->receiver, RECEIVE_SYSLOG, f->path), 0);
    assert_int(receiver_listen(&f->receiver, RECEIVE_NOTIFY, f->path), -EADDRINUSE);
    if (apart) {
        f->receiver.apart = true;
        (void) setsockopt(f->receiver.sockets[RECEIVE_SYSLOG], SOL_SOCKET, SO_PASSRIGHTS, &(int){ 1 },
                          sizeof(int));
    }
    f->client = connect_to(f->path);
    assert_int(unlink(f->path), 0);
    assert_int(rmdir(f->directory), 0);
}

static void end(Fixture *f)
{
    if (f->receiver.pid > 0) {
        (void) kill(f->receiver.pid, SIGKILL);
        assert_true(waitpid(f->receiver.pid, NULL, 0) == f->receiver.pid);
    }
    for (size_t i = 0; i < _RECEIVE_KIND_MAX; i++)
        (void) safe_close(f->receiver.sockets[i]);
    (void) safe_close(f->receiver.channel);
    (void) safe_close(f->client);
}

static int send_with(int fd, const char *text, int descriptor)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
    struct iovec iov = { .iov_base = (char *) text, .iov_len = strlen(text) };
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };

    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
    return sendmsg(fd, &message, 0) < 0 ? -errno : 0;
}

static int count_fds(void)
{
    int n = 0;

    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* A connection with bytes that nobody takes: its last close waits for LINGER_S. */
enum { LINGER_S = 600 };
static int make_lingering(int *ret_peer)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    static const char bytes[64 * 1024];

    if (bind(listener, (struct sockaddr *) &address, size) < 0 || listen(listener, 1) < 0 ||
        getsockname(listener, (struct sockaddr *) &address, &size) < 0 ||
        connect(fd, (struct sockaddr *) &address, size) < 0) {
        (void) close(listener);
        (void) close(fd);
        return -errno;
    }
    *ret_peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    (void) close(listener);
    while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
    assert_int(setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, LINGER_S }, sizeof(struct linger)),
               0);
    return fd;
}

static void test_datagrams(bool apart)
{
    static char large[RECEIVE_SIZE_MAX + 1];
    Fixture f;

    begin(&f, apart);
    assert_int(send(f.client, "one", 3, 0), 3);
    assert_int(send(f.client, "two", 3, 0), 3);
    assert_int(send(f.client, "", 0, 0), 0);
    turn_until(&f.receiver, &f.heard, 3, 60000);
    assert_int(f.heard.n, 3);
    assert_int(f.heard.of_kind[RECEIVE_SYSLOG], 3);
    assert_int(f.receiver.pid > 0, f.receiver.apart);
    assert_int(send(f.client, large, sizeof(large), 0), (long long) sizeof(large));
    assert_int(send(f.client, large, sizeof(large) - 1, 0), (long long) sizeof(large) - 1);
    assert_int(send(f.client, "three", 5, 0), 5);
    turn_until(&f.receiver, &f.heard, 6, 60000);
    assert_int(f.heard.n, 6);
    assert_int(f.heard.too_long, 1);
    assert_str(f.heard.last, "three");
    /* The last words, which nobody polls for any more. */
    assert_int(send(f.client, "four", 4, 0), 4);
    drain(&f.receiver, &f.heard, 5000);
    assert_str(f.heard.last, "four");
    end(&f);
}

/* It was never started: it is for the last words. */
static void test_late_start(void)
{
    Fixture f;

    begin(&f, true);
    drain(&f.receiver, &f.heard, 5000);
    assert_int(f.receiver.pid, 0);
    assert_int(send(f.client, "late", 4, 0), 4);
    drain(&f.receiver, &f.heard, 5000);
    assert_str(f.heard.last, "late");
    end(&f);
}

static void test_descriptors(bool apart)
{
    int fds = count_fds(), r;
    Fixture f;

    begin(&f, apart);
    r = send_with(f.client, "with", STDERR_FILENO);
    assert_int(r, f.receiver.apart ? 0 : -EPERM);
    assert_int(send(f.client, "without", 7, 0), 7);
    turn_until(&f.receiver, &f.heard, r == 0 ? 2 : 1, 60000);
    assert_str(f.heard.last, "without");
    end(&f);
    assert_int(count_fds(), fds);
}

/* The process hangs in the close of what came, and is killed all the same; the next one goes on. */
static void test_hang(void)
{
    int peer = -EBADF, fd, status;
    int64_t begun = monotonic_ns();
    Fixture f;

    fd = make_lingering(&peer);
    if (fd < 0) {
        skip_part("a close that hangs: no loopback", strerror(-fd));
        return;
    }
    begin(&f, true);
    assert_int(send_with(f.client, "lingers", fd), 0);
    assert_int(close(fd), 0);
    turn_until(&f.receiver, &f.heard, 1, 200);
    assert_int(send(f.client, "after", 5, 0), 5);
    turn_until(&f.receiver, &f.heard, 2, 500);
    assert_true(f.heard.n < 2); /* or nothing hung, and this shows nothing */
    drain(&f.receiver, &f.heard, 300);
    assert_int(kill(f.receiver.pid, SIGKILL), 0);
    assert_true(waitpid(f.receiver.pid, &status, 0) == f.receiver.pid);
    assert_true(receiver_note_end(&f.receiver, f.receiver.pid));
    assert_int(f.receiver.pid, 0);
    turn_until(&f.receiver, &f.heard, f.heard.n + 1, 20000);
    assert_str(f.heard.last, "after");
    assert_true(monotonic_ns() - begun < LINGER_S * INT64_C(1000000000));
    end(&f);
    (void) close(peer);
}

/* At the end the process of one app hangs: that is said, and the other app is heard. */
static void test_last_hang(void)
{
    Fixture f, other;
    int status;

    begin(&f, true);
    begin(&other, true);
    assert_int(send(f.client, "starts", 6, 0), 6);
    turn_until(&f.receiver, &f.heard, 1, 60000);
    assert_int(kill(f.receiver.pid, SIGSTOP), 0);
    assert_true(waitpid(f.receiver.pid, &status, WUNTRACED) == f.receiver.pid && WIFSTOPPED(status));
    assert_int(send(f.client, "hangs", 5, 0), 5);
    assert_int(send(other.client, "other", 5, 0), 5);
    assert_true(receiver_drain(&f.receiver, NULL, hear, &f.heard));
    assert_int(f.heard.n, 1);
    while (other.heard.n == 0)
        assert_true(receiver_drain(&other.receiver, NULL, hear, &other.heard));
    assert_str(other.heard.last, "other");
    assert_int(kill(f.receiver.pid, SIGCONT), 0);
    while (f.heard.n == 1)
        assert_true(receiver_drain(&f.receiver, NULL, hear, &f.heard));
    assert_str(f.heard.last, "hangs");
    end(&f);
    end(&other);
}

/* Many at once are heard in parts. */
static void test_flood(bool apart)
{
    struct pollfd fds[_RECEIVE_KIND_MAX];
    unsigned sent = 0;
    Fixture f;

    begin(&f, apart);
    for (unsigned round = 0; round < 100; round++) {
        while (send(f.client, "x", 1, 0) == 1)
            sent++;
        turn_until(&f.receiver, &f.heard, sent, 5000);
    }
    assert_int(f.heard.n, sent);
    assert_true(f.receiver.next_ns == 0 || receiver_await(&f.receiver, fds) >= 0);
    end(&f);
}

int main(void)
{
    (void) signal(SIGPIPE, SIG_IGN);
    for (int apart = 0; apart < 2; apart++) {
        test_datagrams(apart);
        test_descriptors(apart);
        test_flood(apart);
    }
    test_late_start();
    test_hang();
    test_last_hang();
    return 0;
}
