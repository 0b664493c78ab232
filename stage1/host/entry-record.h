/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down of a started app, so that it can be entered later; the entrypoint `enter` reads it.
 * Which mounts are the app's the pod's init writes down, as the content of status/APP.started; how the pod is
 * confined was written on the host's side (stage1/running.h), where nobody in the pod can: an app that may
 * trace can write statuses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "stage1/running.h"

typedef struct EntryRecord {
    uint64_t mounts; /* the number of its mount namespace, of which the init holds a descriptor */
    Running running; /* the pod's */
} EntryRecord;

/* namespace_fd: the app's mount namespace. */
int entry_record_write_app(int status_dir, const char *app, int namespace_fd);

/* -ENOENT: the app was not started. */
int entry_record_read(int pod_dir, const char *app, EntryRecord *ret);
