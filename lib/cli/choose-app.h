/* SPDX-License-Identifier: Apache-2.0 */
/* The app for a verb: the one that --app= names, or the only one. */
#pragma once

#include "pod/pod-status.h"

/* named is the value of --app=, or NULL; *ret belongs to the status. If there are several apps and none is
 * named, the error lists them. */
int app_choose(const PodStatus *status, const char *verb, const char *named, const char **ret, Error *reterr);
