/* SPDX-License-Identifier: Apache-2.0 */

#include "output-file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "file-util.h"

void output_file_done(OutputFile *file)
{
    if (file->aside)
        (void) unlinkat(file->dir, file->aside, 0);
    file->fd = safe_close(file->fd);
    file->dir = safe_close(file->dir);
    free(file->aside);
    free(file->path);
    free(file->name);
    file->aside = file->path = file->name = NULL;
}

static int open_directory(OutputFile *file, const char *path)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *directory = slash ? strndup(path, (size_t) (slash + 1 - path)) : strdup(".");

    file->path = strdup(path);
    file->name = strdup(slash ? slash + 1 : path);
    if (!directory || !file->path || !file->name)
        return -ENOMEM;
    if (*file->name == '\0')
        return -EISDIR;
    file->dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return file->dir < 0 ? -errno : 0;
}

static int already_there(const OutputFile *file, Error *reterr)
{
    return error_set(reterr, -EEXIST, "\"%s\" exists already; --overwrite replaces it", file->path);
}

int output_file_open(OutputFile *file, const char *path, bool overwrite, mode_t mode, Error *reterr)
{
    int r = open_directory(file, path);

    file->overwrite = overwrite;
    if (r >= 0 && !overwrite && faccessat(file->dir, file->name, F_OK, AT_SYMLINK_NOFOLLOW) >= 0)
        return already_there(file, reterr);
    if (r >= 0) {
        file->fd = openat(file->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
        if (file->fd < 0)
            r = file->fd = open_aside_at(file->dir, file->name, mode, &file->aside);
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot create \"%s\"", path) : 0;
}

static int link_to(const OutputFile *file, const char *name)
{
    char path[FD_PATH_MAX];

    return linkat(AT_FDCWD, fd_path(file->fd, path), file->dir, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

/* An unpredictable name, which nobody can have taken in advance. */
static int link_aside(OutputFile *file)
{
    char *aside;
    uint64_t random;
    int r;

    if (getrandom(&random, sizeof(random), 0) < 0)
        return -errno;
    if (asprintf(&aside, WRITE_ASIDE_PREFIX "%s.%" PRIu64, file->name, random) < 0)
        return -ENOMEM;
    r = link_to(file, aside);
    if (r < 0) {
        free(aside);
        return r;
    }
    file->aside = aside;
    return 0;
}

/* linkat(2) cannot replace a name, only a rename can. */
static int give_name(OutputFile *file)
{
    int r;

    if (!file->aside) {
        r = link_to(file, file->name);
        if (r != -EEXIST || !file->overwrite)
            return r;
        r = link_aside(file);
        if (r < 0)
            return r;
    }
    if (renameat2(file->dir, file->aside, file->dir, file->name, file->overwrite ? 0 : RENAME_NOREPLACE) < 0)
        return -errno;
    free(file->aside);
    file->aside = NULL;
    return 0;
}

int output_file_commit(OutputFile *file, Error *reterr)
{
    int r = fsync(file->fd) < 0 ? -errno : give_name(file);

    if (r == -EEXIST)
        return already_there(file, reterr);
    if (r >= 0 && fsync(file->dir) < 0)
        r = -errno;
    return r < 0 ? error_set_errno(reterr, r, "cannot write \"%s\"", file->path) : 0;
}
