/* SPDX-License-Identifier: Apache-2.0 */
/* What apps send to the journal in datagrams, by syslog(3) and, if they ask for it, by the native protocol.
 * The init passes it on as entries of its own. No app has a socket of journald. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/line-budget.h"

/* The way to the journal, one for all apps. */
typedef struct JournalWay {
    int directory;     /* that with journald's sockets; not owned; -EBADF: there is no journal */
    bool is_the_hosts; /* where an emergency reaches every terminal */
    int fd;            /* connected to journald; -EBADF: not now */
    int64_t since_ns;  /* that nothing gets through; 0: it does */
} JournalWay;

#define JOURNAL_WAY_INIT                                                                                     \
    {                                                                                                        \
        .directory = -EBADF, .fd = -EBADF                                                                    \
    }

/* Whether an entry may be sent now: there is room, or there was none for so long that entries are dropped. */
bool journal_way_is_ready(JournalWay *way);

/* Those of one app. */
typedef struct AppEntries {
    const char *identifier; /* not owned, nor is: */
    LineBudget *budget;     /* the app's */
    unsigned long dropped;  /* since the last one that got through, which then says so */
} AppEntries;

/* Says how many lines of the app were suppressed, when it is time to; has_ended: now. */
void app_entries_tell_suppressed(AppEntries *entries, JournalWay *way, bool has_ended);

/* Passes on a datagram, whose bytes are changed. NULL: one that was too long; it is counted as dropped. */
void app_entries_carry_syslog(AppEntries *entries, JournalWay *way, char *data, size_t size);
void app_entries_carry_native(AppEntries *entries, JournalWay *way, char *data, size_t size);
