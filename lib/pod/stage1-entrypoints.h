/* SPDX-License-Identifier: Apache-2.0 */
/* What the manifest of a pod's stage1 says of its entrypoints, read without JSON: it is the target of a link
 * that leads nowhere, made when the pod is prepared. */
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

/* The annotation that names it. */
const char *stage1_entrypoint_annotation(Stage1Entrypoint entrypoint);

/* NULL: there is none. version is the annotation's; flavour: that of this build (see stage1-network.h), or
 * NULL.
 */
int stage1_entrypoints_write(const Pod *pod, const char *version,
                             const char *const entrypoints[static _STAGE1_ENTRYPOINT_MAX],
                             const char *flavour, Error *reterr);

/* The version of the interface, by its annotation; NULL, there is none, is 1. */
int stage1_version_parse(const char *annotation, unsigned *ret);

/* Its path beneath the pod's directory, and the version of the stage1 interface. -ENOENT: the stage1 has no
 * such entrypoint; -ENODATA: the pod was prepared by another rkt. */
int stage1_entrypoint_read(const Pod *pod, Stage1Entrypoint entrypoint, char **ret, unsigned *ret_version);

/* The flavour of this build that it is; "": none. -ENODATA as above. */
int stage1_flavour_read(const Pod *pod, char **ret);
