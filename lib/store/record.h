/* SPDX-License-Identifier: Apache-2.0 */
/* The record of an image (cas/imageInfo/<key>) as text: lines `key=value`, control characters and "%" as %XX.
 * Members of group rkt can write it, so it is read like a stranger's. When the image was last used is the
 * file's mtime. */
#pragma once

#include "store/store.h"

enum { RECORD_SIZE_MAX = 256 * 1024 };

int record_format(const StoreImage *image, char **ret);

/* Fills all but the key and last_used_ns. Unknown keys are left out, so that a later version may add some. */
int record_parse(const char *text, StoreImage *image);
