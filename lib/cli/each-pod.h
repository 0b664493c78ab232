/* SPDX-License-Identifier: Apache-2.0 */
/* A verb done to each pod that a command line names. */
#pragma once

#include "pod/pod.h"

typedef struct EachPod {
    const char *verb; /* before each error */
    bool debug;
    int (*act)(Pod *pod, Error *reterr);
} EachPod;

typedef enum EachPodResult { EACH_POD_DONE, EACH_POD_NOT_FOUND, EACH_POD_FAILED } EachPodResult;

/* Does it to the pods of these UUIDs, or, without any, to the one that uuid_file names. One that fails is
 * said and does not keep the others from it. Returns the worst of their results. */
EachPodResult each_pod(const EachPod *each, int root, char *const *uuids, const char *uuid_file);
