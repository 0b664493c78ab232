/* SPDX-License-Identifier: Apache-2.0 */
/* What an image may decide by its own word. Within the defaults that is everything; beyond them
 * (capabilities, system calls, a lower OOM score) an administrator has to say so, because anybody can write a
 * manifest. */
#pragma once

#include "base/error.h"
#include "cli/global-options.h"
#include "prepare/app-image.h"
#include "prepare/pod-options.h"

/* Refuses with -EPERM an image whose app wants more than apps get by default; the error names all of it and
 * the way out. What the flags in given (NULL: there are none) or insecure replace is not the image's word,
 * and does not count. Sets image->bounded_filter, for the plan. Any other error: its filter's names are not
 * valid. */
int image_rights_check(AppImage *image, const PodOptions *options, const AppOptions *given,
                       InsecureOptions insecure, Error *reterr);
