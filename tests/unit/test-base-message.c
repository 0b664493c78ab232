/* SPDX-License-Identifier: Apache-2.0 */

#include "base/message.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "test.h"

static void make_pair(int type, int fds[static 2])
{
    assert_true(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) >= 0);
}

static size_t count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t n = 0;

    assert_true(dir);
    while (readdir(dir))
        n++;
    (void) closedir(dir);
    return n;
}

static void test_one(void)
{
    int sockets[2], pipes[2], got;
    char text[8] = "";

    make_pair(SOCK_SEQPACKET, sockets);
    assert_true(pipe2(pipes, O_CLOEXEC) >= 0);
    assert_int(message_receive(sockets[1], text, sizeof(text), &got), -EAGAIN);
    assert_int(message_send(sockets[0], "with", 4, pipes[0]), 0);
    assert_int(message_send(sockets[0], "without", 7, -EBADF), 0);

    assert_int(message_receive(sockets[1], text, sizeof(text), &got), 4);
    assert_true(memcmp(text, "with", 4) == 0 && got >= 0 && fcntl(got, F_GETFD) == FD_CLOEXEC);
    assert_true(write(pipes[1], "x", 1) == 1 && read(got, text, 1) == 1 && text[0] == 'x');
    (void) close(got);
    assert_int(message_receive(sockets[1], text, sizeof(text), &got), 7);
    assert_true(memcmp(text, "without", 7) == 0 && got == -EBADF);

    (void) close(sockets[0]);
    assert_int(message_receive(sockets[1], text, sizeof(text), &got), 0);
    (void) close(sockets[1]);
    assert_int(message_send(pipes[1], "x", 1, -EBADF), -ENOTSOCK);
    (void) close(pipes[0]);
    (void) close(pipes[1]);
}

/* A message of two descriptors, as somebody else may send it. */
static void send_two(int socket)
{
    int fds[2] = { STDIN_FILENO, STDOUT_FILENO };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(fds))];
    } control = {
        .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(fds)) }
    };
    struct iovec iov = { .iov_base = (char *) "12345", .iov_len = 5 };

    memcpy(CMSG_DATA(&control.header), fds, sizeof(fds));
    assert_true(sendmsg(socket,
                        &(struct msghdr){ .msg_iov = &iov,
                                          .msg_iovlen = 1,
                                          .msg_control = &control,
                                          .msg_controllen = sizeof(control) },
                        0) == 5);
}

/* None but the one that is returned is left in our table; what is too long is known by its size. */
static void test_strange(void)
{
    size_t before = count_descriptors();
    int sockets[2], got;
    char text[2];

    make_pair(SOCK_DGRAM, sockets);
    send_two(sockets[0]);
    assert_int(message_receive(sockets[1], text, sizeof(text), &got), 5);
    assert_true(got >= 0 && memcmp(text, "12", 2) == 0);
    (void) close(got);
    (void) close(sockets[0]);
    (void) close(sockets[1]);
    assert_int(count_descriptors(), before);
}

int main(void)
{
    test_one();
    test_strange();
    return 0;
}
