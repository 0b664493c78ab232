/* SPDX-License-Identifier: Apache-2.0 */
/* The data directory (--dir=, /var/lib/rkt). Every program that creates it gives it the same owner and
 * mode. */
#pragma once

#include <stdbool.h>

#include "error.h"

/* Returns a descriptor. With create, a missing directory is made: mode 2750, and of group rkt if root makes
 * it. */
int data_directory_open(const char *path, bool create, Error *reterr);
