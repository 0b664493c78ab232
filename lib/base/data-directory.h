/* SPDX-License-Identifier: Apache-2.0 */
/* The data directory (--dir=, /var/lib/rkt): who makes it first, makes it as all others expect it. */
#pragma once

#include <stdbool.h>

#include "error.h"

/* Returns a descriptor. With create a directory that is missing is made: 2750, of group rkt where root makes
 * it. */
int data_directory_open(const char *path, bool create, Error *reterr);
