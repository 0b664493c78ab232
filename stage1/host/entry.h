/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `enter`: what its parts share. Three processes: the one that stays outside and copies, one
 * that joins the app and confines itself where no process of the pod can see it, and the command, its clone.
 */
#pragma once

#include "console.h"
#include "entry-record.h"
#include "stage1/plan.h"

typedef struct Entry {
    pid_t init; /* of the pod */
    const char *app_name;
    char *const *command;
    char *uuid;
    bool debug;

    Plan *plan;
    const PlanApp *app; /* of the plan */
    EntryRecord record;
    struct sock_filter *filter;
    size_t n_filter;
    int init_fd;   /* pidfd */
    int mounts;    /* the app's mount namespace */
    int processes; /* the apps' pid namespace, within the init's */
    int cgroup;    /* the app's, or the pod's where it has none of its own */
    int init_cgroup;
} Entry;

#define ENTRY_INIT                                                                                           \
    {                                                                                                        \
        .init_fd = -EBADF, .mounts = -EBADF, .processes = -EBADF, .cgroup = -EBADF, .init_cgroup = -EBADF    \
    }
/* Closes the descriptors; fine after ENTRY_INIT, and after a failure. */
void entry_done(Entry *entry);

/* entry-find.c: from a pid and a name to descriptors of one and the same pod, whose directory is the working
 * directory. */
int entry_find(Entry *entry, Error *reterr);

/* An app that traces the process that joins has its descriptors, too. So that process has neither a socket,
 * by which the app could send us descriptors, nor a pipe, whose lock it could hold. */
typedef struct EntryReport {
    int terminal; /* a socket, for the pseudoterminal, closed before any process of ours is in the pod */
    int command;  /* an eventfd, for the number of the command's process */
} EntryReport;

/* entry-join.c: in a child of the process that stays outside. Sends the master side of the command's
 * pseudoterminal, if the console wants one, and then the number of the command's process, which is the
 * child's sibling. */
_noreturn_ void entry_join(const Entry *entry, const Console *console, EntryReport report);
