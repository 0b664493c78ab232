/* SPDX-License-Identifier: Apache-2.0 */
/* What the value of a setting has to be, as far as that needs no image: more than its text alone tells
 * (settings/values.h), for names are looked up and filters compiled. `rkt prepare` refuses a wrong one before
 * it fetches anything, and `rkt pod check` tells the same of keys. */
#pragma once

#include "base/error.h"
#include "settings/settings.h"

/* A setting that is not known here has no check. The error names the flag, as it was written, and the value.
 */
int setting_value_check(SettingId id, const char *flag, const char *value, Error *reterr);
