/* SPDX-License-Identifier: Apache-2.0 */
/* Preparing a pod: everything from the words of the command line to a pod in prepared/. */
#pragma once

#include "base/error.h"
#include "cli/global-options.h"
#include "pod/pod.h"
#include "prepare/pod-options.h"
#include "store/store.h"

typedef enum PrepareFlags {
    PREPARE_DETACHED = 1 << 0, /* the lock goes on to a stage1: pod_detach() */
} PrepareFlags;

/* root: pods/ (pod_root_open()). The pod is given back in prepared/, still locked. What a failed preparation
 * left is removed, what a killed one left is an aborted pod. */
int pod_prepare(Store *store, int root, const GlobalOptions *global, const PodOptions *options,
                PrepareFlags flags, Pod **ret, Error *reterr);
