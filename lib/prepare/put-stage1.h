/* SPDX-License-Identifier: Apache-2.0 */
/* The pod's own stage1, which it keeps when the store loses it. */
#pragma once

#include "pod/pod.h"
#include "prepare/app-image.h"

/* Whether the stage1 is one of ours, which writes to nothing but the pod's own files, and knows no networks
 * but "none" and "host". */
bool stage1_image_has_plan(const AppImage *stage1);

/* Which of this build; NULL: somebody else's. Owned by the image. */
const char *stage1_image_flavour(const AppImage *stage1);

/* Puts the stage1, its manifest and what is known of its entrypoints into the pod's directory. */
int stage1_put(const Pod *pod, const AppImage *stage1, Error *reterr);
