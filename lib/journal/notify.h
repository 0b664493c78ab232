/* SPDX-License-Identifier: Apache-2.0 */
/* The sd_notify(3) protocol, libc only. A notifier is a connected datagram socket, which stays usable if
 * the path by which it was connected goes away. The receiving side is for the pod's init and its apps. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* ----- Sending ----- */

/* Connects to $NOTIFY_SOCKET, or to address if not NULL: an absolute path or "@name". Without either,
 * *ret_fd is -EBADF and the result 0; everything sent to it is dropped. */
int notify_open(const char *address, int *ret_fd);

/* Sends assignments, one on each line: "READY=1\nSTATUS=…". */
int notify_send(int fd, const char *state);
int notify_sendf(int fd, const char *format, ...) _printf_(2, 3);

/* Waits until everything sent before has been processed. -ETIME: this takes longer than timeout_ms (-1: no
 * limit). */
int notify_barrier(int fd, int timeout_ms);

/* ----- Receiving ----- */

enum { NOTIFY_DATAGRAM_MAX = 4096, NOTIFY_STATUS_MAX = 511 };

typedef struct NotifyMessage {
    bool ready, reloading, watchdog, trigger; /* READY=1, RELOADING=1, WATCHDOG=1, WATCHDOG=trigger */
    uint64_t extend_us;                       /* EXTEND_TIMEOUT_USEC=; 0: not said */
    bool has_status;
    char status[NOTIFY_STATUS_MAX + 1]; /* one line of printable UTF-8 */
} NotifyMessage;

/* The parser. Returns whether the datagram has a meaning for us; a datagram that is too long, malformed, a
 * barrier, or has only unknown words does not. */
bool notify_parse(const char *data, size_t size, NotifyMessage *ret);
