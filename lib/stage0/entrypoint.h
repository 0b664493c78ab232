/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the programs of a pod's stage1 in the pod's directory. Their paths are relative to that directory. */
#pragma once

#include "pod/pod.h"

/* Links are resolved within the stage1's root. -ENOENT: there is no such file. */
int entrypoint_open(const Pod *pod, const char *entrypoint, int *ret, Error *reterr);

/* Becomes it. */
int entrypoint_exec(const Pod *pod, int program, const char *entrypoint, char **argv, Error *reterr);

/* Waits for it like spawn_and_wait(), at most as long as an entrypoint may take. */
int entrypoint_run(const Pod *pod, int program, const char *entrypoint, char **argv);
