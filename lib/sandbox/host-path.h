/* SPDX-License-Identifier: Apache-2.0 */
/* From a path of the host that an administrator named (a volume's source, a file) to a descriptor of what is
 * there. The path is looked up once; what is asked of it later is asked of the descriptor.
 *
 * Links are followed only where root alone can have made them: not in a directory that belongs to another
 * user or that others may write to, nor below one, nor below what apps could ever write to as a volume
 * (writable-sources.h). There an app, which is root, or a user could have led the path anywhere. A device is
 * opened only where such a link would be followed. Directories, files and sockets are taken as they are: one
 * that was renamed is still of those who may write there. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Opens (O_PATH) an absolute path; record: as writable_sources_open() gives it; what: what the path is, for
 * the error ("volume source"). -EPERM: a link or a device that is not to be trusted; the words say who could
 * have put it there. */
int host_path_open(const char *what, const char *path, int record, int *ret, Error *reterr);

/* Whether a block or character device is open there. */
bool host_path_is_device(int fd);

/* Records that apps may write to what is open. Only a directory counts, in which names can be changed, and
 * not the host's root: what has that needs no link. */
int host_path_record_writable(int fd, int record, Error *reterr);
