/* SPDX-License-Identifier: Apache-2.0 */
/* From a prepared, locked pod to the stage1 that runs it. */
#pragma once

#include "base/error.h"
#include "cli/global-options.h"
#include "pod/pod.h"
#include "cli/run-options.h"

/* Moves the pod to run/ and becomes its stage1's entrypoint `run`; returns only on error. */
int stage1_exec(Pod *pod, const GlobalOptions *global, const RunOptions *options, Error *reterr);
