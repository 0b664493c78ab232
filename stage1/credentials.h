/* SPDX-License-Identifier: Apache-2.0 */
/* The secrets that an app's plan names, from $CREDENTIALS_DIRECTORY. */
#pragma once

#include "stage1/plan.h"

/* A detached mount, the app's to read; without a name in the plan *ret stays as it is. */
int credentials_gather(const PlanApp *app, int *ret, Error *reterr);
