/* SPDX-License-Identifier: Apache-2.0 */
/* Between an app's pipe and us. A process that writes to a pipe by splice(2) or sendfile(2) holds the pipe's
 * lock while it waits for its source, for as long as it likes. Meanwhile any process that reads from the
 * pipe, writes to it, or closes its last descriptor waits, too, and can't be killed. So we do none of that: a
 * carrier, a process of its own, moves the bytes between that pipe and one that no app has. If it hangs, only
 * that app's output is lost. It has both ends of the app's pipe open, so that ours are never the last.
 * poll(2) takes no lock. */
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
    bool finishes;    /* it was told to end */
    int64_t again_ns; /* it has ended before its time: when another one is started; 0: not */
} Carrier;

#define CARRIER_INIT                                                                                         \
    {                                                                                                        \
        .from = -EBADF, .to = -EBADF, .other = -EBADF, .control = -EBADF                                     \
    }

/* Starts the process, which ends with the calling one: early, while there is no app that could use up all
 * processes that the pod may have. other is the other end of the app's pipe, or -EBADF. Returns 0 or a
 * negative errno. */
int carrier_begin(Carrier *carrier, int from, int to, int other);

/* What to poll for, and then: notes that it has ended. */
struct pollfd carrier_await(const Carrier *carrier);
void carrier_turn(Carrier *carrier, const struct pollfd *polled);

/* From carrier->again_ns on: starts another process in place of one that was killed, for example. True when
 * it did. What the former one had read and not written is lost. */
bool carrier_begin_again(Carrier *carrier);

/* A child has ended, and was reaped: true when it was this one. */
bool carrier_note_end(Carrier *carrier, pid_t pid);

/* Kills it, with what it has read and not written. Does not wait: it may hang. */
void carrier_abandon(Carrier *carrier);

/* At the pod's end: it moves what is in the app's pipe, and ends. The caller closes carrier->to then. */
void carrier_finish(Carrier *carrier);

/* After that: whether it has ended, as far as is known after timeout_ms; and whether it waits for somebody to
 * read. */
bool carrier_has_ended(const Carrier *carrier, int timeout_ms);
bool carrier_waits(const Carrier *carrier);
