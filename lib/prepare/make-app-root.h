/* SPDX-License-Identifier: Apache-2.0 */
/* An app's root: what it is made of is decided, and prepared, when the pod is prepared; it is mounted when
 * the pod starts (stage1/app-root.h). */
#pragma once

#include <stdbool.h>

#include "pod/pod.h"
#include "prepare/app-image.h"
#include "stage1/plan.h"

/* Fills app->root, which is empty: an overlay over the image's tree, or a copy of that. */
int app_root_plan(PlanApp *app, const AppImage *image, bool overlay);

/* Makes the directories, or the copy, that app->root needs beneath the pod's directory. */
int app_root_make(const Pod *pod, const PlanApp *app, const AppImage *image, Error *reterr);
