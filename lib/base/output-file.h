/* SPDX-License-Identifier: Apache-2.0 */
/* An output file that a user named and that takes long to write. The name appears only when the file is
 * complete. If the process is killed, nothing is left behind, provided that the file system supports files
 * without a name. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

typedef struct OutputFile {
    int dir, fd;       /* fd: to write to */
    char *path, *name; /* as the user gave it; its last component, below dir */
    char *aside;       /* temporary name; NULL: it has no name yet */
    bool overwrite;
} OutputFile;

#define OUTPUT_FILE_INIT                                                                                     \
    {                                                                                                        \
        .dir = -EBADF, .fd = -EBADF                                                                          \
    }

/* -EEXIST: the name is taken and overwrite is false. mode is masked by the umask. */
int output_file_open(OutputFile *file, const char *path, bool overwrite, mode_t mode, Error *reterr);

/* Writes the file to the disk and gives it its name. -EEXIST: another process has taken the name since. */
int output_file_commit(OutputFile *file, Error *reterr);

/* Removes the file if it was not committed. */
void output_file_done(OutputFile *file);
#define _cleanup_output_ _cleanup_(output_file_done)
