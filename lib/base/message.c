/* SPDX-License-Identifier: Apache-2.0 */

#include "message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Room and alignment for one descriptor. */
typedef union Control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
} Control;

int message_send(int socket, const void *data, size_t size, int descriptor)
{
    struct iovec iov = { .iov_base = (void *) data, .iov_len = size };
    struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };
    Control control = {
        .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int)) }
    };

    if (descriptor >= 0) {
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
    }
    while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

/* With the padding of CMSG_SPACE() a second descriptor would fit. */
ssize_t message_receive(int socket, void *data, size_t size, int *ret_descriptor)
{
    struct iovec iov = { .iov_base = data, .iov_len = size };
    Control control = {};
    struct msghdr message = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_LEN(sizeof(int))
    };
    ssize_t n;

    do
        n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_TRUNC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    *ret_descriptor = -EBADF;
    if (message.msg_controllen >= CMSG_LEN(sizeof(int)) && control.header.cmsg_level == SOL_SOCKET &&
        control.header.cmsg_type == SCM_RIGHTS && control.header.cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_descriptor, CMSG_DATA(&control.header), sizeof(int));
    return n;
}
