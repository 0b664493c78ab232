/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a started app, so that it can be entered later; the entrypoint `enter` reads it.
 * Which mounts are the app's the pod's init writes down, as the content of status/APP.started. How the pod is
 * confined is written on the host's side, where nobody in the pod can: an app that may trace can write
 * statuses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pod-settings.h"

typedef struct EntryRecord {
    uint64_t mounts; /* the number of its mount namespace, of which the init holds a descriptor */
    bool no_capabilities, no_seccomp, host_network; /* as the pod was run */
} EntryRecord;

/* Into the working directory, the pod's, before there is an init. */
int entry_record_write_pod(const PodSettings *pod);

/* namespace_fd: the app's mount namespace. */
int entry_record_write_app(int status_dir, const char *app, int namespace_fd);

/* -ENOENT: the app was not started. */
int entry_record_read(int pod_dir, const char *app, EntryRecord *ret);
