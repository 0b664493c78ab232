/* SPDX-License-Identifier: Apache-2.0 */
/* A message of syslog(3) as it comes from an app, by RFC 3164 or nearly so; libc only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SYSLOG_SIZE_MAX = 8 * 1024 };

typedef struct SyslogMessage {
    int priority;     /* 0 (emerg) to 7 (debug) */
    int facility;     /* 1 (user) to 23, without shift: 0 is the kernel's, which no program is */
    const char *text; /* "tag[pid]: text", without the time; in the datagram, which was changed */
    size_t size;
} SyslogMessage;

/* The datagram is changed, and has room for one byte more. False when there is nothing to say. What controls
 * a terminal, but tabs and newlines, and what is not UTF-8 become "?". Without a valid "<N>" it is
 * user.notice. */
bool syslog_message_parse(char *data, size_t size, SyslogMessage *ret);
