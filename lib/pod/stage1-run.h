/* SPDX-License-Identifier: Apache-2.0 */
/* What starting a pod must know of its stage1, in a file that is read without JSON: stage1/run, of two lines,
 * the entrypoint `run` and the version of the stage1 interface. It is written when the pod is prepared. */
#pragma once

#include "base/error.h"
#include "pod/pod.h"

/* The entrypoint as the stage1's manifest says it. */
int stage1_run_read(const Pod *pod, char **ret_entrypoint, unsigned *ret_version);
int stage1_run_format(const char *entrypoint, unsigned version, char **ret);

/* The version of an image's annotation; NULL, there is none, is 1. */
int stage1_version_parse(const char *annotation, unsigned *ret);
