/* SPDX-License-Identifier: Apache-2.0 */
/* Copying between descriptors that others have, without ever waiting for them: what one side does not take
 * yet stays, and then nothing more is read from the other. For poll(2) loops. */
#pragma once

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "cleanup.h"

/* A descriptor to write to. A terminal or a pipe is opened anew: a program that shares what we were given
 * would not expect O_NONBLOCK on it. */
typedef struct Outlet {
    int fd;
    bool own; /* fd is an open file description of our own, which never blocks */
    bool is_socket;
} Outlet;

/* An outlet to fd, which stays the caller's and open until outlet_close(). Cannot fail: what can't be opened
 * anew is used as it is. */
void outlet_open(Outlet *outlet, int fd);
void outlet_close(Outlet *outlet); /* only what is our own */

/* To be called when poll(2) says so; then even a pipe that blocks takes PIPE_BUF. Returns what was written, 0
 * for "later", or a negative errno: nobody will ever have it. */
ssize_t outlet_write(const Outlet *outlet, const void *data, size_t size);

/* One direction: what comes from a descriptor goes to an outlet. */
typedef struct Flow {
    int from; /* owned; -EBADF: it has ended */
    Outlet to;
    char data[PIPE_BUF];
    size_t begin, end; /* of what was read and not yet written */
} Flow;

#define FLOW_INIT                                                                                            \
    {                                                                                                        \
        .from = -EBADF, .to = {.fd = -EBADF }                                                                \
    }

/* Whether there is nothing more to come. */
static inline bool flow_is_over(const Flow *flow)
{
    return flow->from < 0 && flow->begin == flow->end;
}

/* What to poll for; its fd is negative where there is nothing. */
struct pollfd flow_await(const Flow *flow);

/* Returns how many bytes were read (they stand before flow->end); 0 when none were. An outlet that takes
 * nothing any more ends the flow. */
size_t flow_turn(Flow *flow, const struct pollfd *polled);
void flow_close(Flow *flow);
