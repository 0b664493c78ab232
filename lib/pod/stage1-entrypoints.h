/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoints in the manifest of a pod's stage1, readable without JSON: the target of a dangling link,
 * made when the pod is prepared. */
#pragma once

#include "base/error.h"
#include "pod/pod.h"

typedef enum Stage1Entrypoint {
    STAGE1_ENTRYPOINT_RUN,
    STAGE1_ENTRYPOINT_ENTER,
    STAGE1_ENTRYPOINT_GC,
    STAGE1_ENTRYPOINT_STOP,
    _STAGE1_ENTRYPOINT_MAX,
} Stage1Entrypoint;

/* The annotation for it. */
const char *stage1_entrypoint_annotation(Stage1Entrypoint entrypoint);

typedef struct Stage1Entrypoints {
    unsigned version;                    /* of the stage1 interface */
    char *paths[_STAGE1_ENTRYPOINT_MAX]; /* in the stage1's root; NULL: it has none */
    char *flavour; /* which flavour of this build (pod/stage1-network.h), or NULL: another stage1 */
} Stage1Entrypoints;

/* Frees the contents, not the struct itself. */
void stage1_entrypoints_done(Stage1Entrypoints *entrypoints);

/* The version of the interface from its annotation; NULL (there is none): 1. -EINVAL: not a valid version. */
int stage1_version_parse(const char *annotation, unsigned *ret);

/* -EINVAL: a path is empty. */
int stage1_entrypoints_write(const Pod *pod, const Stage1Entrypoints *entrypoints, Error *reterr);

/* *ret must be empty, and is empty on failure. -ENODATA: another release prepared the pod. */
int stage1_entrypoints_read(const Pod *pod, Stage1Entrypoints *ret);

/* The entrypoint's path beneath the pod's directory (the caller frees). -ENOENT: the stage1 has none. */
int stage1_entrypoint_path(const Stage1Entrypoints *entrypoints, Stage1Entrypoint entrypoint, char **ret,
                           Error *reterr);
