/* SPDX-License-Identifier: Apache-2.0 */
/* A message of syslog(3) from an app, by RFC 3164 or similar; libc only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SYSLOG_SIZE_MAX = 8 * 1024 };

typedef struct SyslogMessage {
    int priority;     /* 0 (emerg) to 7 (debug) */
    int facility;     /* 1 (user) to 23, without shift; 0 is the kernel's, which no program may use */
    const char *text; /* "tag[pid]: text", without the time; in the datagram, which is changed */
    size_t size;
} SyslogMessage;

/* The datagram is changed, and must have room for one more byte. False: there is no text. Control
 * characters except tabs and newlines, and bytes that are not UTF-8, become "?". Without a valid "<N>" it
 * is user.notice. */
bool syslog_message_parse(char *data, size_t size, SyslogMessage *ret);
