/* SPDX-License-Identifier: Apache-2.0 */
/* Which image is a pod's stage1: by a flag, else by the configuration, else by this build. */
#pragma once

#include "base/error.h"
#include "prepare/fetch.h"
#include "store/store.h"

/* The key of the image that options name. It is in the store afterwards; nothing was discovered by name. */
int stage1_image_find(Store *store, const FetchOptions *fetch, const PodOptions *options,
                      char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);
