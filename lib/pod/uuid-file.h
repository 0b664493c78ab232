/* SPDX-License-Identifier: Apache-2.0 */
/* The files of --uuid-file=. They may be in directories that any user can write to. So such a file can only
 * name a pod by its whole UUID. */
#pragma once

#include "base/error.h"
#include "base/uuid.h"

/* Reads the UUID from a regular file, with or without a newline after it. A link is followed if it is
 * root's or the caller's own. -ENODATA: the file is empty; -EBADMSG: it holds something else, which no
 * error quotes. */
int uuid_file_read(const char *path, char ret[static UUID_LENGTH + 1], Error *reterr);
