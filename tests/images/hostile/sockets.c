/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets whose last close waits (SO_LINGER, with bytes that nobody takes), left to others to be closed. */
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { LINGER_S = 3600 };

static void check_time(const char *what, int fd)
{
    struct linger value = {};
    socklen_t size = sizeof(value);

    if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_LINGER, &value, &size) >= 0 && value.l_onoff &&
        value.l_linger > 0)
        through("%s lingers for %d s", what, value.l_linger);
}

/* A connection over the loopback with bytes on their way; the other end is in *ret_peer. */
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
        through("no connection: %s", strerror(errno));
        return -1;
    }
    *ret_peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    close(listener);
    while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
    (void) setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, LINGER_S }, sizeof(struct linger));
    return fd;
}

static void lingering(void)
{
    static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };
    const struct linger value[2] = { { 1, LINGER_S } };
    int peer, fd = make_lingering(&peer);

    check_time("a connection", fd);
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        int other = socket(families[i], families[i] == AF_NETLINK ? SOCK_RAW : SOCK_STREAM, 0);

        (void) setsockopt(other, SOL_SOCKET, SO_LINGER, value, sizeof(*value));
        check_time("a socket", other);
        (void) setsockopt(other, SOL_SOCKET, SO_LINGER, value, sizeof(value));
        check_time("a socket with a longer value", other);
        close(other);
    }
    if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger)) < 0)
        through("a connection can't be reset: %s", strerror(errno));
    close(fd);
    close(peer);
}

/* In the queue of two sockets that only lead to each other: the kernel's own worker finds and closes it, and
 * while that waits, nothing of the host is closed there. */
static void garbage_sockets(void)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(3 * sizeof(int))];
    } control = { .header = { CMSG_LEN(3 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
    struct iovec iov = { .iov_base = "x", .iov_len = 1 };
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    int peer, pair[2], fd = make_lingering(&peer);

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
        through("no pair of sockets: %s", strerror(errno));
    memcpy(CMSG_DATA(&control.header), (int[]){ pair[0], pair[1], fd }, 3 * sizeof(int));
    if (sendmsg(pair[0], &message, 0) < 0)
        through("not sent: %s", strerror(errno));
    close(fd);
    close(pair[0]);
    close(pair[1]);
    close(socket(AF_UNIX, SOCK_STREAM, 0)); /* starts it */
    printf("garbage-sockets=left\n");
    fflush(stdout);
    (void) pause(); /* and the other end stays */
}

enum { FDS_AT_ONCE = 253 }; /* the kernel's SCM_MAX_FD */

static int send_fds(int socket, const struct sockaddr_un *to, int fd, size_t n)
{
    static union {
        struct cmsghdr header;
        char room[CMSG_SPACE(FDS_AT_ONCE * sizeof(int))];
    } control;
    struct iovec iov = { .iov_base = "STATUS=x", .iov_len = 8 };
    struct msghdr message = { .msg_name = (void *) to,
                              .msg_namelen = to ? sizeof(*to) : 0,
                              .msg_iov = &iov,
                              .msg_iovlen = 1,
                              .msg_control = &control,
                              .msg_controllen = CMSG_SPACE(n * sizeof(int)) };

    control.header = (struct cmsghdr){ CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
    for (size_t i = 0; i < n; i++)
        memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &fd, sizeof(int));
    return sendmsg(socket, &message, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* One socket in the queue of the next, and so on. */
static int make_nested(int fd, unsigned depth)
{
    for (; depth > 0; depth--) {
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0 || send_fds(pair[0], NULL, fd, 1) < 0)
            return fd;
        close(pair[0]);
        close(fd);
        fd = pair[1];
    }
    return fd;
}

/* Of all kinds, by each socket of ours that there is. */
static void descriptors(void)
{
    static const char *const paths[] = { "/run/systemd/notify", "/dev/log", "/run/systemd/journal/socket" };
    int socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), peer;
    const int fds[] = { make_lingering(&peer), make_nested(make_lingering(&peer), 3), open("/", O_PATH),
                        open("/proc/self/mem", O_RDONLY), open("/dev/console", O_WRONLY | O_NONBLOCK) };

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct sockaddr_un to = { .sun_family = AF_UNIX };

        snprintf(to.sun_path, sizeof(to.sun_path), "%s", paths[i]);
        for (unsigned round = 0; round < 100; round++)
            for (size_t j = 0; j < sizeof(fds) / sizeof(*fds); j++)
                (void) send_fds(socket_fd, &to, fds[j], round % 2 ? 1 : FDS_AT_ONCE);
    }
    for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
        close(fds[i]); /* whoever has it is the last */
}

/* What journald itself would look up, or believe from root. */
static void forge_entries(void)
{
    static const char entry[] =
            "MESSAGE=forged entry\nSYSLOG_IDENTIFIER=sshd\nOBJECT_PID=1\nCOREDUMP_UNIT=ssh.service\n"
            "_UID=77\n_SYSTEMD_UNIT=ssh.service\nUNIT=ssh.service\nPRIORITY=0\nHARMLESS=yes\n";
    struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket" };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (sendto(fd, entry, sizeof(entry) - 1, 0, (struct sockaddr *) &to, sizeof(to)) < 0)
        printf("forge-entries=%s\n", strerror(errno));
    close(fd);
}

/* Sockets of journald: its streams, and its varlink service (Rotate, RelinquishVar). */
static void journald(void)
{
    static const char *const paths[] = { "/run/systemd/journal/stdout",
                                         "/run/systemd/journal/io.systemd.journal",
                                         "/run/systemd/journal/dev-log" };

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct sockaddr_un to = { .sun_family = AF_UNIX };
        int stream = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
            datagram = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

        snprintf(to.sun_path, sizeof(to.sun_path), "%s", paths[i]);
        if (connect(stream, (struct sockaddr *) &to, sizeof(to)) >= 0 ||
            connect(datagram, (struct sockaddr *) &to, sizeof(to)) >= 0)
            through("%s takes us", paths[i]);
        close(stream);
        close(datagram);
    }
}

const Attack sockets_attacks[] = {
    { "lingering", lingering },     { "garbage-sockets", garbage_sockets },
    { "descriptors", descriptors }, { "forge-entries", forge_entries },
    { "journald", journald },       {},
};
