/* SPDX-License-Identifier: Apache-2.0 */
/* Becoming an entrypoint of a pod's stage1, in the pod's directory. */
#pragma once

#include "pod/pod.h"

/* The entrypoint's path is relative to the pod's directory. */
int entrypoint_open(const Pod *pod, const char *entrypoint, int *ret, Error *reterr);
int entrypoint_exec(const Pod *pod, int program, const char *entrypoint, char **argv, Error *reterr);
