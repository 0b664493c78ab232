/* SPDX-License-Identifier: Apache-2.0 */
/* The user and group of an app, looked up in the app's own root file system when a pod is prepared. The
 * image's files are read beneath its root, under a limit, and never through the host's NSS. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* user and group are a number, an absolute path in the root (its owner), or a name in the image's etc/passwd
 * or etc/group. "root" is 0 whatever the image says. Unknown: -ENOENT, `"u" user not found` or `"g" group not
 * found`. */
int identity_resolve(int rootfs, const char *user, const char *group, uid_t *ret_uid, gid_t *ret_gid,
                     Error *reterr);

/* The number of a name in the text of a passwd(5) or group(5) file, which is split in place. The first line
 * with that name counts. -ENOENT: there is none; other errors: its number is not valid. */
int identity_find(char *text, const char *name, uint32_t *ret);
