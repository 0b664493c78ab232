/* SPDX-License-Identifier: Apache-2.0 */
/* What must be known of a started app to enter it later; the entrypoint `enter` reads it. Which mounts are
 * the app's the pod's init writes down, as the content of status/APP.started. How the pod is confined is
 * written on the host's side, where nobody in the pod can: one that may trace can write statuses. */
#pragma once

#include "host.h"

typedef struct Door {
    uint64_t mounts; /* the number of its mount namespace, of which the init holds a descriptor */
    bool no_capabilities, no_seccomp, host_network; /* as the pod was run */
} Door;

/* Into the working directory, the pod's, before there is an init. */
int door_write_pod(const Host *host);
int door_write(const Host *host, const HostApp *app);

/* -ENOENT: the app was not started. */
int door_read(int pod_dir, const char *app, Door *ret);
