/* SPDX-License-Identifier: Apache-2.0 */
/* Extended attributes of images' files. Only attributes that belong to a file on any machine are kept:
 * capabilities and those of users, but not those of the security modules of one machine. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether an attribute of that name ("user.x") is kept. */
bool xattr_is_kept(const char *name);

/* Calls back for each kept attribute of a file or directory, sorted by name, until a result is below 0.
 * -E2BIG: more than an image may have. */
typedef int (*XattrCallback)(const char *name, const void *value, size_t size, void *userdata);
int xattr_foreach(int fd, XattrCallback callback, void *userdata);

/* Copies the kept attributes of one file to another. Attributes of users are left out if the file system
 * does not store them. */
int xattr_copy(int from, int to);
