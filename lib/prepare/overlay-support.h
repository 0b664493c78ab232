/* SPDX-License-Identifier: Apache-2.0 */
/* Whether overlays can be written to where pods are. */
#pragma once

#include "base/error.h"

/* dir: a directory there that is ours, with something in it. 1, or 0 and why not (error_cause()), or a
 * negative errno. */
int overlay_is_supported(int dir, Error *ret_why);
