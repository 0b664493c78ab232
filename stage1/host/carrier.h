/* SPDX-License-Identifier: Apache-2.0 */
/* Between an app's pipe and us. A process that writes to a pipe by splice(2) or sendfile(2) holds its lock
 * while it waits for its source, for as long as it likes. A process that reads from that pipe then, writes to
 * it, or closes it for the last time waits, too, and can't be killed. So we do none of that: a process of its
 * own moves the bytes between that pipe and one that no app has. When it hangs, that app alone is not heard.
 * It has both ends of the app's pipe open, so that ours are never the last. poll(2) takes no lock. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

typedef struct Carrier {
    int from, to;     /* the ends it moves between: the first does not block, the second does; not owned */
    int other;        /* of the app's pipe; not owned */
    pid_t pid;        /* 0: it does not run */
    int control;      /* to it; ends with it */
    bool finishes;    /* it is to end */
    int64_t again_ns; /* it has ended before its time: when another one is started; 0: not */
} Carrier;

#define CARRIER_INIT                                                                                         \
    {                                                                                                        \
        .from = -EBADF, .to = -EBADF, .other = -EBADF, .control = -EBADF                                     \
    }

/* Starts the process: early, while no app is there that could take all processes that the pod can have. other
 * is the other end of the app's pipe, or -EBADF. It ends with the calling process. Returns 0 or why it can't
 * be had. */
int carrier_begin(Carrier *carrier, int from, int to, int other);

/* What to poll for, and then: notes that it has ended. */
struct pollfd carrier_await(const Carrier *carrier);
void carrier_turn(Carrier *carrier, const struct pollfd *polled);

/* From carrier->again_ns on: starts another one for one that was killed, say. True when it did. What that one
 * had read is lost. */
bool carrier_begin_again(Carrier *carrier);

/* A child has ended, and was reaped: true when it was this one. */
bool carrier_note_end(Carrier *carrier, pid_t pid);

/* Kills it, whatever it holds. Does not wait: it may hang. */
void carrier_abandon(Carrier *carrier);

/* At the pod's end: it moves what is in the app's pipe, and ends. carrier->to is the caller's to close then.
 */
void carrier_finish(Carrier *carrier);

/* After that: whether it has ended, as far as is known after timeout_ms; and whether it waits for somebody to
 * read. */
bool carrier_has_ended(const Carrier *carrier, int timeout_ms);
bool carrier_waits(const Carrier *carrier);
