/* SPDX-License-Identifier: Apache-2.0 */
/* A verb done to each pod that a command line names. */
#pragma once

#include "pod/pod.h"

typedef struct EachPod {
    const char *verb; /* before each error */
    bool debug;
    int (*act)(Pod *pod, Error *reterr);
} EachPod;

/* Does it to the pods of these UUIDs, or, without any, to the one that uuid_file names. One that fails is
 * said and does not keep the others from it. Returns whether none failed. */
bool each_pod(const EachPod *each, int root, char *const *uuids, const char *uuid_file);
