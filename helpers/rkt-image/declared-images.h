/* SPDX-License-Identifier: Apache-2.0 */
/* The images in the store that declared pods start from, whether or not they run. */
#pragma once

#include "base/error.h"
#include "store/store.h"

/* Adds the key of every image that a pod file, a drop-in or the manifest of a declared pod names, including
 * stage1 images, to *keys (NULL: none yet). A name with a specifier stands for every image that it could
 * mean. A masked pod names none. Fails if a directory or a file cannot be read, because it is then unknown
 * what the pods need. Of a file with an error, the valid lines count. */
int declared_images_find(Store *store, char ***keys, Error *reterr);
