/* SPDX-License-Identifier: Apache-2.0 */
/* What must be known of a started app to enter it later. The pod's init writes it down, as the content of
 * status/APP.started; the entrypoint `enter` reads it. */
#pragma once

#include "host.h"

typedef struct Door {
    uint64_t mounts; /* the number of its mount namespace, of which the init holds a descriptor */
    bool no_capabilities, no_seccomp; /* as the pod was run */
} Door;

int door_write(const Host *host, const HostApp *app);

/* -ENOENT: the app was not started. */
int door_read(int pod_dir, const char *app, Door *ret);
