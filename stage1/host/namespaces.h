/* SPDX-License-Identifier: Apache-2.0 */
/* The namespaces of a pod, and who makes them:
 *
 *     cgroup, IPC, host name, network    a helper of `run`, all at once; the init joins them
 *     processes, mounts of the init      `run`, as it clones the init
 *     processes of the apps              the init, within its own (reaper.c)
 *     mounts of an app                   the init, as it clones the app's first process
 *
 * A namespace belongs to the user namespace in which it is made. One of users comes first in the table of
 * namespaces.c, so that the helper's belong to it, and those that the init makes once it has joined; its
 * own of processes and mounts it then makes itself. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "cgroup-home.h"
#include "pod-settings.h"

/* A child of `run` that makes namespaces. */
typedef struct NamespaceHelper {
    pid_t pid;      /* 0: there is none */
    int process;    /* its pidfd */
    int socket;     /* says how it went */
    uint64_t flags; /* CLONE_NEW* of what it makes */
} NamespaceHelper;

#define NAMESPACE_HELPER_INIT                                                                                \
    {                                                                                                        \
        .process = -EBADF, .socket = -EBADF                                                                  \
    }

/* In `run`, once: starts the child, in the pod's cgroup where that is open. 0 or a negative errno. Whether
 * the namespaces were made says namespace_helper_join(). */
int namespace_helper_start(NamespaceHelper *helper, const PodSettings *pod, const PodCgroups *cgroups);

/* In the init: waits until they are made, and joins them. */
int namespace_helper_join(NamespaceHelper *helper);

/* In `run`: waits until the init has joined them, or is dead. */
void namespace_helper_finish(NamespaceHelper *helper);

/* As fork(), into a cgroup unless that is -EBADF. Siblings (CLONE_PARENT) end with the signal of the one they
 * are cloned by. ret_pidfd may be NULL. */
pid_t namespaces_clone(uint64_t flags, int cgroup, int *ret_pidfd);
