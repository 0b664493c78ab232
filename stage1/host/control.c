/* SPDX-License-Identifier: Apache-2.0 */

#include <sys/socket.h>

#include "host.h"

int control_send(int fd, ControlKind kind, uint32_t app, int32_t value)
{
    ControlMessage message = { .kind = kind, .app = app, .value = value };

    return send(fd, &message, sizeof(message), MSG_NOSIGNAL) == (ssize_t) sizeof(message) ? 0 : -errno;
}

int control_receive(int fd, ControlMessage *ret)
{
    ssize_t n;

    do
        n = recv(fd, ret, sizeof(*ret), 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if (n == 0)
        return 0;
    return n == (ssize_t) sizeof(*ret) ? 1 : -EBADMSG;
}
