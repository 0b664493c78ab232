/* SPDX-License-Identifier: Apache-2.0 */
/* What `run` gathers, and its clone, the pod's init, takes over (set-up.c). */
#pragma once

#include "app-parts.h"
#include "cgroup-home.h"
#include "namespaces.h"
#include "pod-settings.h"

typedef enum PodFd {
    POD_FD_LOCK,   /* a detached, read-only copy of the pod's directory, which is locked by it */
    POD_FD_NOTIFY, /* connected to the service manager; -EBADF: there is none that watches the init */
    POD_FD_STATUS, /* for the apps' statuses; in POD_FD_SHARED */

    POD_FD_IDMAP, /* a user namespace, as which the apps' files are owned; -EBADF: none, so far always */

    /* In the init alone; see control.h. */
    POD_FD_GO,      /* until it may start the apps */
    POD_FD_CONTROL, /* -EBADF: there is no foreground process */

    /* Until the reaper has them. */
    POD_FD_MACHINED, /* the directory of its socket, on the host; -EBADF: it has none */
    POD_FD_REGISTER, /* to rkt-register; in the init alone */

    /* Detached mounts, which the init attaches. */
    POD_FD_ROOT,            /* a tmpfs, the pod's root */
    POD_FD_SHARED,          /* of STAGE1_SHARED alone */
    POD_FD_SHARED_MEMORY,   /* a tmpfs, /dev/shm of all apps */
    POD_FD_JOURNAL_SOCKETS, /* those of journald; -EBADF: there is no journal */
    POD_FD_RESOLV_CONF,     /* files that stage0 or the host gives; -EBADF: it does not */
    POD_FD_HOSTS,
    _POD_FD_MAX,
} PodFd;

typedef struct PodParts {
    PodSettings settings;
    PodCgroups cgroups;
    NamespaceHelper namespaces;
    int fds[_POD_FD_MAX];
    AppParts *apps; /* settings.plan->n_apps */
} PodParts;

#define FOREACH_APP_PARTS(app, pod)                                                                          \
    for (AppParts * (app) = (pod)->apps; (app) < (pod)->apps + (pod)->settings.plan->n_apps; (app)++)

/* gather.c: what only the host's side can make of the pod, into its fds, and of each app. */
int gather_pod(PodParts *pod, Error *reterr);
/* The journal that apps log to, if it is found. */
void gather_journal(PodParts *pod);

/* gather-app.c: the same of one app, whose parts app_parts_init() has made. pod_dir holds its filter; record
 * is that of app_root_open_record(), idmap as for app_root_mount(). The working directory is the pod's. */
int gather_app(const PodSettings *settings, int pod_dir, int record, int idmap, AppParts *app, Error *reterr);

/* A devpts for an app, detached. */
int gather_terminals(int *ret, Error *reterr);
