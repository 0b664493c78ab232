/* SPDX-License-Identifier: Apache-2.0 */
/* A file that a user asked for by name and that takes long to write: the name is there only when all of it
 * is, and a process that is killed leaves nothing behind, where the file system knows files without a name.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

typedef struct OutputFile {
    int dir, fd;       /* fd: to write to */
    char *path, *name; /* as the user gave it; its last component, beneath dir */
    char *aside;       /* NULL: it has no name yet */
    bool overwrite;
} OutputFile;

#define OUTPUT_FILE_INIT                                                                                     \
    {                                                                                                        \
        .dir = -EBADF, .fd = -EBADF                                                                          \
    }

/* -EEXIST when the name is taken, unless it is to be overwritten. mode is masked by the umask. */
int output_file_open(OutputFile *file, const char *path, bool overwrite, mode_t mode, Error *reterr);

/* Writes it to the disk and gives it its name. -EEXIST as above: somebody was faster. */
int output_file_commit(OutputFile *file, Error *reterr);

/* Drops what was not committed. */
void output_file_done(OutputFile *file);
#define _cleanup_output_ _cleanup_(output_file_done)
