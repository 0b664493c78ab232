/* SPDX-License-Identifier: Apache-2.0 */
/* The images in the store that declared pods start from, whether they run or not. */
#pragma once

#include "base/error.h"
#include "store/store.h"

/* Adds the key of every image that a pod file, a drop-in or the manifest of a declared pod names, stage1
 * images included, to *keys (NULL: none yet). A name with a specifier in it stands for every image that it
 * could mean. A masked pod names none. Fails when a directory or a file can't be read: then it is not known
 * what the pods need. A file with a mistake names what its right lines do. */
int declared_images_find(Store *store, char ***keys, Error *reterr);
