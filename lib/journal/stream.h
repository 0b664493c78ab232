/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of systemd-journald: each line that is written to one becomes an entry. This is
 * systemd-journald's native "stdout" transport; libc only. */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

/* The longest name of a journal namespace with which the path of its socket fits into an address. */
enum { JOURNAL_NAMESPACE_MAX = 79 };

typedef struct JournalStreamOptions {
    const char *directory;         /* the directory of journald's sockets; NULL: */
    const char *journal_namespace; /* the sockets of this namespace; NULL: of the main journal */
    const char *identifier;        /* SYSLOG_IDENTIFIER=, without newline; NULL: none */
    const char *unit;              /* believed from root if the writer's cgroup is gone; NULL: none */
    int priority;                  /* LOG_ERR …, for lines without a prefix */
    bool level_prefix;             /* lines may begin with "<N>" */
} JournalStreamOptions;

#define JOURNAL_STREAM_OPTIONS_INIT                                                                          \
    {                                                                                                        \
        .priority = 6, .level_prefix = true                                                                  \
    }

/* Opens a stream. Lines carry the credentials of the process that writes them. Never waits: -EAGAIN:
 * journald's backlog is full; -ENOENT or -ECONNREFUSED: no journald. The descriptor is CLOEXEC and
 * non-blocking; write with MSG_NOSIGNAL, or with SIGPIPE ignored. */
int journal_stream_open(const JournalStreamOptions *options, int *ret_fd);

/* Whether journald, or systemd on its behalf, listens. */
bool journal_is_there(const char *journal_namespace);
