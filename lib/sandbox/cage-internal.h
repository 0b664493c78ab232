/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the two sides of a cage, which are the same program. */
#pragma once

#include "cage.h"

#define CAGE_NAME "(rkt-cage)"

enum {
    CAGE_FILES_MAX = 1024,
    CAGE_PARENT = 3, /* a descriptor of the parent process, until the cage is confined */
};

/* The first bytes on its standard input. Written and read by the same program. */
typedef struct CageSetup {
    bool apart, has_root, writable;
    uid_t uid;
    gid_t gid;
    uint64_t capabilities, memory, file_size;
    size_t argument_size;
} CageSetup;

/* The only output on its standard error, written at once: it fits into an atomic write to a pipe. */
typedef struct CageReport {
    int result;
    char words[2048];
} CageReport;

/* Ends the process: result and text go to the caller as a CageReport. */
void cage_report_send(int fd, int result, const Error *error);

/* Makes the kernel kill the calling process when its parent ends. parent is a pidfd. -ESRCH: the parent has
 * ended. The parent is outside of our pid namespace, so getppid(2) cannot tell. */
int cage_tie_to_parent(int parent);
