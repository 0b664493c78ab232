/* SPDX-License-Identifier: Apache-2.0 */

#include "control.h"

#include <sys/socket.h>

#include "base/fd-util.h"

int control_send_go(int go)
{
    return send(go, "", 1, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

int control_await_go(int go)
{
    char byte;
    ssize_t n;

    do
        n = recv(go, &byte, 1, 0);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n == 0 ? -EPIPE : 0;
}

int control_send(int fd, const ControlMessage *message)
{
    return write_full(fd, message, sizeof(*message));
}

int control_receive(int fd, ControlMessage *ret)
{
    ssize_t n;

    do
        n = read(fd, ret, sizeof(*ret));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if (n == 0)
        return 0;
    return n == (ssize_t) sizeof(*ret) ? 1 : -EBADMSG;
}
