/* SPDX-License-Identifier: Apache-2.0 */

#include "relay.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fd-util.h"

void outlet_open(Outlet *outlet, int fd)
{
    char path[FD_PATH_MAX];
    struct stat st;
    int own = -EBADF;

    *outlet = (Outlet){ .fd = fd };
    if (fstat(fd, &st) < 0)
        return;
    outlet->is_socket = S_ISSOCK(st.st_mode);
    if (S_ISFIFO(st.st_mode) || isatty(fd))
        own = open(fd_path(fd, path), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own < 0)
        return;
    outlet->fd = own;
    outlet->own = true;
}

void outlet_close(Outlet *outlet)
{
    if (outlet->own)
        (void) close(outlet->fd);
    *outlet = (Outlet){ .fd = -EBADF };
}

ssize_t outlet_write(const Outlet *outlet, const void *data, size_t size)
{
    ssize_t n = outlet->is_socket ? send(outlet->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                  : write(outlet->fd, data, outlet->own || size < PIPE_BUF ? size : PIPE_BUF);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    return n;
}

struct pollfd flow_await(const Flow *flow)
{
    if (flow->begin < flow->end)
        return (struct pollfd){ .fd = flow->to.fd, .events = POLLOUT };
    return (struct pollfd){ .fd = flow->from, .events = POLLIN };
}

static size_t read_some(Flow *flow)
{
    ssize_t n = read(flow->from, flow->data, sizeof(flow->data));

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        flow->from = safe_close(flow->from);
    if (n <= 0)
        return 0;
    flow->begin = 0;
    flow->end = (size_t) n;
    return flow->end;
}

size_t flow_turn(Flow *flow, const struct pollfd *polled)
{
    ssize_t n;

    if (polled->fd < 0 || !polled->revents)
        return 0;
    if (flow->begin == flow->end)
        return read_some(flow);
    n = outlet_write(&flow->to, flow->data + flow->begin, flow->end - flow->begin);
    if (n < 0)
        flow_close(flow);
    else
        flow->begin += (size_t) n;
    return 0;
}

void flow_close(Flow *flow)
{
    flow->from = safe_close(flow->from);
    flow->begin = flow->end = 0;
    outlet_close(&flow->to);
}
