/* SPDX-License-Identifier: Apache-2.0 */
/* The last part of an app's start: from a process in the app's cgroup, namespaces and root to one that may
 * exec. An app's program and its handlers go through it, and so must every process that enters the app
 * later: it can never do more than the app. confine.c has the order and the reasons. */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

typedef struct Confinement {
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* not owned */
    size_t n_groups;
    uint64_t capabilities;            /* the bounding set; uid 0 has all of it effective, another user none */
    bool no_new_privileges;           /* a user other than 0 with a filter always gets it */
    const struct sock_filter *filter; /* not owned; NULL: none */
    size_t n_filter;                  /* instructions */
    int told;                         /* a socket that gets the descriptor for refused calls; 0: none */
    bool has_oom_score_adj;
    int oom_score_adj;
    const char *working_directory; /* in the app's root; NULL: "/" */
    const int *keep;               /* not owned; descriptors above 2 that stay open, sorted */
    size_t n_keep;
} Confinement;

/* Confines the calling process, which must be single-threaded, root in its user namespace, and already in
 * the app's cgroup, namespaces and root. On failure the process is partly confined and must exit.
 * Afterwards it may only exec (or exit), because a filter need not allow anything else. It can tell its
 * caller about the exec only by descriptors that close at the exec. */
int confine_app(const Confinement *confinement, Error *reterr);
