/* SPDX-License-Identifier: Apache-2.0 */
/* What the values of an app's flags have to be, as far as that needs no image. `rkt prepare` refuses a wrong
 * one before it fetches anything, and `rkt pod check` tells the same of the keys that become these flags. */
#pragma once

#include "base/error.h"

/* flag: its name without dashes; any that is not known here has no check. The error names the flag and the
 * value. */
int app_value_check(const char *flag, const char *value, Error *reterr);
