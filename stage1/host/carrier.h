/* SPDX-License-Identifier: Apache-2.0 */
/* Between an app's pipe and us. Whoever writes to a pipe by splice(2) or sendfile(2) holds its lock while it
 * waits for its source, for as long as it likes, and whoever then reads from that pipe, or looks into it,
 * waits with no way out but the writer's end. So neither the pod's init nor the foreground process touches
 * it: a process of its own moves the bytes into a pipe that no app has. When it hangs, that app alone is not
 * heard. poll(2) takes no lock. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

typedef struct Carrier {
    int from, to; /* the app's pipe, which does not block; the other one, which does; not owned */
    pid_t pid;    /* 0: it does not run */
    int control;  /* to it; ends with it */
} Carrier;

#define CARRIER_INIT                                                                                         \
    {                                                                                                        \
        .from = -EBADF, .to = -EBADF, .control = -EBADF                                                      \
    }

/* Starts the process: while no app is there that could take all processes that the pod can have, or see it.
 * Returns 0 or why it can't be had. */
int carrier_begin(Carrier *carrier, int from, int to);

/* What to poll for, and then: notes that it has ended before its time. Nothing is heard by it any more. */
struct pollfd carrier_await(const Carrier *carrier);
void carrier_turn(Carrier *carrier, const struct pollfd *polled);

/* A child has ended, and was reaped: true when it was this one. */
bool carrier_note_end(Carrier *carrier, pid_t pid);

/* At the pod's end: it moves what is in the app's pipe, and ends. carrier->to is the caller's to close then.
 */
void carrier_finish(Carrier *carrier);

/* After that: whether it has ended, as far as is known after timeout_ms; and whether it waits for somebody to
 * read. */
bool carrier_has_ended(const Carrier *carrier, int timeout_ms);
bool carrier_waits(const Carrier *carrier);
