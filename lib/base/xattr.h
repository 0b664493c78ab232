/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes of images' files. Only those are kept that are part of a file wherever it is:
 * capabilities and a user's own; never what this machine's security modules write beside them. */
#pragma once

#include <stdbool.h>

enum { XATTR_VALUE_MAX = 64 * 1024 };

bool xattr_is_kept(const char *name);

/* The names of those that are kept, sorted; NULL where there is none, or the file system has none. */
int xattr_list(int fd, char ***ret);

/* Gives one file those of another. A user's that the file system does not store are left out. */
int xattr_copy(int from, int to);
