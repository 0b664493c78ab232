/* SPDX-License-Identifier: Apache-2.0 */
/* Where the pod's processes live, and what its apps may use. */
#pragma once

#include "app-parts.h"
#include "pod-settings.h"

typedef enum CgroupHome {
    CGROUP_HOME_DELEGATED, /* our unit's cgroup is ours: one sub-cgroup for the init, one for each app */
    CGROUP_HOME_UNIT,      /* a unit without Delegate=: no sub-cgroups */
    CGROUP_HOME_SCOPE,     /* a login session or the like: systemd makes a delegated scope around the init */
    CGROUP_HOME_BARE,      /* no systemd: rkt-<uuid> below our own cgroup */
} CgroupHome;

typedef struct PodCgroups {
    CgroupHome home;
    char *path; /* our own cgroup, absolute */
    int own;    /* the same */
    int pod;    /* without systemd, else -EBADF */
    int init;   /* beneath it, what the init is cloned into */
} PodCgroups;

#define POD_CGROUPS_INIT                                                                                     \
    {                                                                                                        \
        .own = -EBADF, .pod = -EBADF, .init = -EBADF                                                         \
    }

/* Finds our own cgroup, and which home the pod has by it; cgroups is as POD_CGROUPS_INIT before. Changes
 * nothing on the host. Descriptors are the caller's also after an error, which is said. */
int cgroups_find(PodCgroups *cgroups, const PodSettings *pod, Error *reterr);

/* Gives the pod's processes their cgroups, the apps' as their APP_FD_CGROUP. With systemd the caller moves
 * into the init's; without, the init is to be cloned into cgroups->init, with cgroups->pod as the root of its
 * cgroup namespace. apps: as many as the plan has. */
int cgroups_enter(PodCgroups *cgroups, const PodSettings *pod, AppParts *apps, Error *reterr);

/* Puts limits on the apps' cgroups, and closes the devices to them: before an app's first process, and when
 * none is left in cgroups->pod. */
int cgroups_confine(const PodCgroups *cgroups, const PodSettings *pod, const AppParts *apps, Error *reterr);

/* Removes those that no unit of systemd ends. */
int cgroups_remove(const PodCgroups *cgroups, const PodSettings *pod);
