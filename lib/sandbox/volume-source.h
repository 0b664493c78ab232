/* SPDX-License-Identifier: Apache-2.0 */
/* From the path that an administrator named as a volume's source to a descriptor of what is there. The path
 * is looked up once; what is asked of the source later is asked of the descriptor.
 *
 * Links are followed only where root alone can have made them: not in a directory that belongs to another
 * user or that others may write to, nor below one, nor below what apps could ever write to as a volume
 * (writable-sources.h). There an app, which is root, or a user could have led the path anywhere. A device is
 * opened only where such a link would be followed. Directories, files and sockets are taken as they are: one
 * that was renamed is still of those who may write there. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

/* Opens (O_PATH) an absolute path of the host; record: as writable_sources_open() gives it. -EPERM: a link or
 * a device that is not to be trusted; the words say who could have put it there. */
int volume_source_open(const char *path, int record, int *ret, Error *reterr);

/* Records that apps may write to an open source. Only a directory counts, in which names can be changed, and
 * not the host's root: what has that needs no link. */
int volume_source_record(int source, int record, Error *reterr);

bool volume_source_is_device(int source);
