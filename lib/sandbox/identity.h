/* SPDX-License-Identifier: Apache-2.0 */
/* Whom an app runs as: its manifest's user and group, looked up in its own root file system. When a pod is
 * prepared; the image's files are read beneath its root, under a limit, and never through the host's NSS. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* user and group are a number, an absolute path in the root (its owner), or a name in the image's etc/passwd
 * or etc/group. "root" is 0 whatever the image says. Unknown: -ENOENT, `"u" user not found` or `"g" group not
 * found`. */
int identity_resolve(int rootfs, const char *user, const char *group, uid_t *ret_uid, gid_t *ret_gid,
                     Error *reterr);

/* The number of a name in the text of a passwd(5) or group(5) file, which is cut into pieces. The first line
 * of that name counts: -ENOENT, or why its number is none. */
int identity_find(char *text, const char *name, uint32_t *ret);
