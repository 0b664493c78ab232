/* SPDX-License-Identifier: Apache-2.0 */
/* The sd_notify(3) protocol, libc only. A notifier is a connected datagram socket: it outlives the path it
 * was connected by. The other side is what the pod's init hears its apps through. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* ----- Telling ----- */

/* Connects to $NOTIFY_SOCKET, or to address if not NULL: an absolute path or "@name". Without either *ret_fd
 * is -EBADF and the result 0: everything sent to it is then dropped. */
int notify_open(const char *address, int *ret_fd);

/* Sends assignments, one a line: "READY=1\nSTATUS=…". */
int notify_send(int fd, const char *state);
int notify_sendf(int fd, const char *format, ...) _printf_(2, 3);

/* Waits until everything sent before has been processed; -ETIME when that takes longer than timeout_ms (-1:
 * for ever). */
int notify_barrier(int fd, int timeout_ms);

/* ----- Hearing ----- */

enum { NOTIFY_DATAGRAM_MAX = 4096, NOTIFY_STATUS_MAX = 511 };

typedef struct NotifyMessage {
    bool ready, reloading, watchdog, trigger; /* READY=1, RELOADING=1, WATCHDOG=1, WATCHDOG=trigger */
    uint64_t extend_us;                       /* EXTEND_TIMEOUT_USEC=; 0: not said */
    bool has_status;
    char status[NOTIFY_STATUS_MAX + 1]; /* one line of printable UTF-8 */
} NotifyMessage;

/* The parser: true when the datagram says something to us; one that is too long, malformed, of unknown words
 * only, or a barrier does not. */
bool notify_parse(const char *data, size_t size, NotifyMessage *ret);
