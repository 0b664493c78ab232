/* SPDX-License-Identifier: Apache-2.0 */

#include "data-directory.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd-util.h"

static int set_owner_and_mode(const char *path)
{
    const struct group *group;

    if (geteuid() != 0)
        return 0;
    group = getgrnam("rkt");
    return chown(path, 0, group ? group->gr_gid : 0) < 0 || chmod(path, 02750) < 0 ? -errno : 0;
}

int data_directory_open(const char *path, bool create, Error *reterr)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

    if (fd < 0 && errno == ENOENT && create) {
        r = mkdir_parents_at(AT_FDCWD, path, 0755);
        if (r >= 0)
            r = set_owner_and_mode(path);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot make the data directory %s", path);
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    return fd < 0 ? error_set_errno(reterr, -errno, "cannot open the data directory %s", path) : fd;
}
