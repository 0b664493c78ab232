/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of a cage agree on: they are the same program. */
#pragma once

#include "cage.h"

#define CAGE_NAME "(rkt-cage)"

enum {
    CAGE_FILES_MAX = 1024,
    CAGE_PARENT = 3, /* a descriptor of the parent's process, until it is confined */
};

/* The first thing on its standard input. Written and read by the same program. */
typedef struct CageSetup {
    bool apart, has_root, writable;
    uid_t uid;
    gid_t gid;
    uint64_t capabilities, memory, file_size;
    size_t argument_size;
} CageSetup;

/* The only thing on its standard error, written at once: it fits into a pipe's atomic write. */
typedef struct CageReport {
    int result;
    char words[2048];
} CageReport;

/* Says how it ended: result and words go to the caller as a CageReport. */
void cage_report_send(int fd, int result, const Error *error);

/* Has the calling process killed when its parent ends, of which parent is a pidfd; -ESRCH: it has ended. The
 * parent is outside of our pid namespace: getppid(2) can't tell. */
int cage_tie_to_parent(int parent);
