/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a verb on each pod that a command line names. */
#pragma once

#include "pod/pod.h"

typedef struct EachPod {
    const char *verb; /* begins each error message */
    bool debug;
    int (*act)(Pod *pod, Error *reterr);
} EachPod;

typedef enum EachPodResult { EACH_POD_DONE, EACH_POD_NOT_FOUND, EACH_POD_FAILED } EachPodResult;

/* Calls the function for the pods with these UUIDs, or, without any, for the pod that uuid_file names. An
 * error of one pod is printed and does not affect the others. Returns the worst of their results. */
EachPodResult each_pod(const EachPod *each, int root, char *const *uuids, const char *uuid_file);
