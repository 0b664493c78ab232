/* SPDX-License-Identifier: Apache-2.0 */
/* The app that a verb is for: the one that --app= names, or the only one. */
#pragma once

#include "pod/pod-status.h"

/* named is what --app= says, NULL: nothing; *ret is the status's. Of several apps none is guessed: they are
 * listed. */
int app_choose(const PodStatus *status, const char *verb, const char *named, const char **ret, Error *reterr);
