/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes of images' files. Only those are kept that are part of a file wherever it is:
 * capabilities and a user's own; never what this machine's security modules write beside them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether an attribute of that name ("user.x") is kept. */
bool xattr_is_kept(const char *name);

/* Calls back for each of a file's or directory's that is kept, in the order of their names, until a result is
 * below 0. -E2BIG: more than an image may have. */
typedef int (*XattrCallback)(const char *name, const void *value, size_t size, void *userdata);
int xattr_foreach(int fd, XattrCallback callback, void *userdata);

/* Gives one file those of another. A user's that the file system does not store are left out. */
int xattr_copy(int from, int to);
