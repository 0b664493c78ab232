/* SPDX-License-Identifier: Apache-2.0 */
/* Copies between descriptors that other programs use, without ever waiting for them. Bytes that one side
 * does not accept yet are kept, and meanwhile nothing is read from the other side. For poll(2) loops. */
#pragma once

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cleanup.h"

/* A descriptor to write to. A terminal or a pipe is opened again, because programs that share the caller's
 * descriptor do not expect O_NONBLOCK on it. */
typedef struct Outlet {
    int fd;
    bool own; /* fd is our own open file description, which never blocks */
    bool is_socket;
} Outlet;

/* An outlet to fd, which stays the caller's and must stay open until outlet_close(). Cannot fail: if fd
 * cannot be opened again, it is used as it is. */
void outlet_open(Outlet *outlet, int fd);
void outlet_close(Outlet *outlet); /* closes only our own descriptor */

/* To be called when poll(2) says that fd is writable; then even a blocking pipe accepts PIPE_BUF. Returns
 * the bytes written, 0 for "later", or a negative errno: nobody will ever read them. */
ssize_t outlet_write(const Outlet *outlet, const void *data, size_t size);

/* One direction: bytes are read from a descriptor and written to an outlet. */
typedef struct Flow {
    int from; /* owned; -EBADF: it has ended */
    Outlet to;
    char data[PIPE_BUF];
    size_t begin, end; /* of the bytes that were read and not yet written */
} Flow;

#define FLOW_INIT                                                                                            \
    {                                                                                                        \
        .from = -EBADF, .to = {.fd = -EBADF }                                                                \
    }

/* Whether everything has been copied and no more can come. */
static inline bool flow_is_over(const Flow *flow)
{
    return flow->from < 0 && flow->begin == flow->end;
}

/* What to poll for; its fd is negative if there is nothing. */
struct pollfd flow_await(const Flow *flow);

/* Returns how many bytes were read (they are before flow->end), or 0. An outlet that accepts nothing any
 * more ends the flow. */
size_t flow_turn(Flow *flow, const struct pollfd *polled);
void flow_close(Flow *flow);
