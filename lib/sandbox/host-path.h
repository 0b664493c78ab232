/* SPDX-License-Identifier: Apache-2.0 */
/* From a path of the host that an administrator named (a volume's source, a file) to a descriptor. The path
 * is resolved once; later questions use the descriptor.
 *
 * Links are followed only if nobody but root can have made them: not in a directory that belongs to another
 * user or that others may write to, nor below one, nor below a directory that apps could ever write to as a
 * volume (writable-sources.h). There an app, which can be root, or a user could have led the path anywhere.
 * A device is opened only where such a link would be followed. Directories, files and sockets are taken as
 * they are: a renamed one still belongs to those who may write there. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Opens (O_PATH) an absolute path. record: from writable_sources_open(). what: names the path in the error
 * ("volume source"). -EPERM: a link or a device that is not trusted; reterr says who could have put it
 * there. */
int host_path_open(const char *what, const char *path, int record, int *ret, Error *reterr);

/* Whether fd is a block or character device. */
bool host_path_is_device(int fd);

/* Records that apps may write to the opened file. Only a directory is recorded, because names in it can be
 * changed, and not the host's root: an app with access to that needs no link. */
int host_path_record_writable(int fd, int record, Error *reterr);
