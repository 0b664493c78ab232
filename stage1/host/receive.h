/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets on which an app sends us datagrams. No descriptor is ever taken from them, because closing one
 * can take as long as its sender likes (a socket that lingers, a file of a file system that does not answer).
 * Where the kernel can, it refuses the sender's descriptors (SO_PASSRIGHTS, Linux 6.16). Elsewhere another
 * process receives, which may hang, and passes on the bytes alone. */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

typedef enum ReceiveKind {
    RECEIVE_NOTIFY, /* sd_notify(3) */
    RECEIVE_SYSLOG, /* syslog(3) */
    RECEIVE_NATIVE, /* sd_journal_send(3) */
    _RECEIVE_KIND_MAX,
} ReceiveKind;

/* A longer datagram is dropped. */
enum { RECEIVE_SIZE_MAX = 32 * 1024 };

/* Those of one app. */
typedef struct Receiver {
    int sockets[_RECEIVE_KIND_MAX]; /* -EBADF: the app does not have it */
    bool apart;                     /* another process receives: */
    pid_t pid;                      /* 0: it does not run */
    int channel;                    /* to it; -EBADF: it does not run */
    int64_t next_ns;                /* until then nothing is heard, and no process started; 0: now */
} Receiver;

#define RECEIVER_INIT                                                                                        \
    {                                                                                                        \
        .sockets = { -EBADF, -EBADF, -EBADF }, .channel = -EBADF                                             \
    }

/* Makes the socket at path, of at most 107 bytes, which must not exist. Any user may send to it. */
int receiver_listen(Receiver *receiver, ReceiveKind kind, const char *path);

/* For poll(2): _RECEIVE_KIND_MAX of them. When receiver_turn() has something to do though nothing comes; 0:
 * never. */
int64_t receiver_await(const Receiver *receiver, struct pollfd *ret);

/* data is writable, with room for a byte more, and gone after the call; NULL: a datagram was too long. */
typedef void (*ReceiveCallback)(ReceiveKind kind, char *data, size_t size, void *userdata);

/* Whether a datagram of that kind can be taken now (of any kind, where another process receives); NULL:
 * always. If not, it stays where it is for a moment, and those after it wait. */
typedef bool (*ReceiveReadyCallback)(ReceiveKind kind, void *userdata);

/* Hands on a bounded number of datagrams that are there. Never waits. */
void receiver_turn(Receiver *receiver, const struct pollfd *polled, ReceiveReadyCallback is_ready,
                   ReceiveCallback callback, void *userdata);

/* At the pod's end: hands on a bounded number of those that were sent before, and waits at most a few
 * milliseconds. True: there may be more. */
bool receiver_drain(Receiver *receiver, ReceiveReadyCallback is_ready, ReceiveCallback callback,
                    void *userdata);

/* A child has ended, and was reaped: true when it was the receiver's. It is started again after a second. */
bool receiver_note_end(Receiver *receiver, pid_t pid);
