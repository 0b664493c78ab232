/* SPDX-License-Identifier: Apache-2.0 */
/* Of what an app's root is made when the pod starts: decided, and made ready, when it is prepared. */
#pragma once

#include <stdbool.h>

#include "pod/pod.h"
#include "prepare/app-image.h"
#include "stage1/plan.h"

/* Fills app->root, which is empty: an overlay over the image's tree, or a copy of that. */
int app_root_plan(PlanApp *app, const AppImage *image, bool overlay);

/* Makes what that says, beneath the pod's directory. */
int app_root_make(const Pod *pod, const PlanApp *app, const AppImage *image, Error *reterr);
