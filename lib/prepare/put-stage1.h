/* SPDX-License-Identifier: Apache-2.0 */
/* A pod has its own stage1: it still has it when the image is removed from the store. */
#pragma once

#include "pod/pod.h"
#include "prepare/app-image.h"

/* Whether the stage1 is one of ours, which writes to nothing but the pod's own files, and knows no networks
 * but "none" and "host". */
bool stage1_image_has_plan(const AppImage *stage1);

/* The name of the flavour, if it is one of this build; else NULL. Owned by the image. */
const char *stage1_image_flavour(const AppImage *stage1);

/* Puts the stage1, its manifest and what is known of its entrypoints into the pod's directory. */
int stage1_put(const Pod *pod, const AppImage *stage1, Error *reterr);
