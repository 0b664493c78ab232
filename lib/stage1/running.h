/* SPDX-License-Identifier: Apache-2.0 */
/* What is only known of a pod when it runs, as the target of a link in its directory, which stage1 `run`
 * writes once, before anything of the pod is there that could have a say in it. */
#pragma once

#include <stdbool.h>

typedef enum RunningNetwork {
    RUNNING_NETWORK_UNKNOWN,
    RUNNING_NETWORK_HOST, /* the host's own */
    RUNNING_NETWORK_NONE, /* a loopback device only */
} RunningNetwork;

typedef struct Running {
    RunningNetwork network;
    bool no_capabilities, no_seccomp; /* what --insecure-options= left unconfined */
} Running;

/* Replaces what an attempt that failed left. */
int running_write(int pod_dir, const Running *running);

/* -ENOENT: it does not run, and never did; -EBADMSG: another version's. */
int running_read(int pod_dir, Running *ret);
