/* SPDX-License-Identifier: Apache-2.0 */
/* The apps' pid namespace, within the init's, and its first process. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

typedef struct Reaper {
    pid_t pid;
    int apps_pids, own_pids; /* that namespace, and the init's own */
    int report; /* how it was confined; then, that machined terminates the pod; -EBADF: it can't */
} Reaper;

#define REAPER_INIT                                                                                          \
    {                                                                                                        \
        .apps_pids = -EBADF, .own_pids = -EBADF, .report = -EBADF                                            \
    }

/* Where machined listens, from 258 on before it runs. */
#define MACHINED_SOCKET_DIRECTORY "/run/systemd/machine"
#define MACHINED_SOCKET "io.systemd.Machine"

/* Makes the namespace and the process. proc: the procfs of the init's namespace. machined: the directory of
 * machined's socket, register_socket: to rkt-register; both are -EBADF where the reaper is not to be the
 * pod's supervisor, and stay the caller's. */
int reaper_start(Reaper *reaper, int proc, int machined, int register_socket);

/* Waits until it is confined: once this returns 0, apps may see it. */
int reaper_await(Reaper *reaper);

/* When reaper->report can be read: whether it says that the pod is to be terminated. */
bool reaper_hear(Reaper *reaper);

/* As namespaces_clone(), into the apps' namespace. */
pid_t reaper_clone_app(const Reaper *reaper, uint64_t flags, int cgroup);
