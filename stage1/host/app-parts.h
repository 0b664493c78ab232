/* SPDX-License-Identifier: Apache-2.0 */
/* What `run` gathers of one app, and the pod's init starts it from: all its descriptors are in one array. */
#pragma once

#include "receive.h"
#include "sockets.h"
#include "stage1/plan.h"

struct sock_filter;

/* Those that are closed together stand together. */
typedef enum AppFd {
    APP_FD_CGROUP, /* -EBADF: shares the pod's */
    APP_FD_NULL,   /* its /dev/null, opened before the app could put something else there */

    /* What it says; the foreground process has these, too, until the init has them. */
    APP_FD_CONSOLE,        /* where its standard output is read: the FIFO that is its /dev/console */
    APP_FD_OUTPUT,         /* that FIFO's other end, the app's descriptor 1 */
    APP_FD_ERRORS_END,     /* where its standard errors are read */
    APP_FD_ERRORS,         /* that pipe's other end, its descriptor 2; -EBADF: the same as 1 */
    APP_FD_CARRIED_OUTPUT, /* where a carrier writes what it has read from the one, */
    APP_FD_CARRIED_ERRORS, /* and from the other */
    APP_FD_STDIN,          /* the program's instead, in an interactive pod */
    APP_FD_STDOUT,
    APP_FD_STDERR,

    /* Mounts, detached; only the app's own namespace holds them, once it is there. */
    APP_FD_ROOTFS,
    APP_FD_DEVICES,     /* a tmpfs, its /dev */
    APP_FD_CREDENTIALS, /* a ramfs; -EBADF: it has none */
    APP_FD_TERMINALS,   /* a devpts with the program's terminal; -EBADF: it has none yet */
    APP_FD_VOLUMES,     /* the first of as many as the plan has mounts */
} AppFd;

enum {
    APP_FDS_SPEECH = APP_FD_CONSOLE, /* up to the mounts */
    APP_FDS_STDIO = APP_FD_STDIN,    /* likewise */
    APP_FDS_MOUNTS = APP_FD_ROOTFS,  /* up to the end */
};

typedef struct AppParts {
    const PlanApp *plan; /* not owned */
    int *fds;            /* by AppFd; -EBADF: it does not have that */
    size_t n_fds;
    AppSockets sockets; /* those on which systemd listens for it */
    Receiver receiver;  /* hears what it sends: READY=1, WATCHDOG=1, lines of syslog(3) */
    bool has_terminal;  /* APP_FD_STDIN is one */
    struct sock_filter *filter;
    size_t n_filter;
} AppParts;

/* 0 or -ENOMEM. plan must stay. */
int app_parts_init(AppParts *parts, const PlanApp *plan);

/* Closes the descriptors of the array from `first` on, up to but not `end`. */
void app_parts_close(AppParts *parts, size_t first, size_t end);

/* Writes all descriptors of the app, sockets included, into ret, which has room for app_parts_count(), and
 * returns how many those are; some are negative. They stay the app's. */
size_t app_parts_count(const AppParts *parts);
size_t app_parts_list(const AppParts *parts, int *ret);
