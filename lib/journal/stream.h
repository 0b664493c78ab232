/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of systemd-journald: each line that is written to one becomes an entry. Spoken as
 * systemd-journald's native "stdout" transport; libc only. */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

/* The longest a journal namespace's name can be, for its socket's path to fit into an address. */
enum { JOURNAL_NAMESPACE_MAX = 79 };

typedef struct JournalStreamOptions {
    const char *directory;         /* where journald's sockets are; NULL: */
    const char *journal_namespace; /* those of this one; NULL: the main journal's */
    const char *identifier;        /* SYSLOG_IDENTIFIER=, without newline; NULL: none */
    const char *unit;              /* believed from root, where the writer's cgroup is gone; NULL: none */
    int priority;                  /* LOG_ERR … of lines without a prefix */
    bool level_prefix;             /* lines may begin with "<N>" */
} JournalStreamOptions;

#define JOURNAL_STREAM_OPTIONS_INIT                                                                          \
    {                                                                                                        \
        .priority = 6, .level_prefix = true                                                                  \
    }

/* Opens a stream. Lines carry the credentials of the process that writes them. Never waits: journald with a
 * full backlog is -EAGAIN, no journald -ENOENT or -ECONNREFUSED. The descriptor is CLOEXEC and non-blocking;
 * write with MSG_NOSIGNAL, or with SIGPIPE ignored. */
int journal_stream_open(const JournalStreamOptions *options, int *ret_fd);

/* Does somebody listen, journald or systemd for it? */
bool journal_is_there(const char *journal_namespace);
