/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of an image (cas/imageInfo/<key>), in records. Members of group rkt can write it, so it is
 * read like a stranger's. When the image was last used is the file's mtime. */
#pragma once

#include "store/store.h"

enum { RECORD_SIZE_MAX = 256 * 1024 };

/* An image's records, which the caller frees: all but its key and last_used_ns. 0 or -ENOMEM. */
int image_record_format(const StoreImage *image, char **ret);

/* Fills all but the key and last_used_ns; the text is changed. Unknown keys are left out, so that a later
 * version may add some. -EBADMSG, -EINVAL, -ERANGE: not the record of an image. */
int image_record_parse(char *text, StoreImage *image);
