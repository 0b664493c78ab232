/* SPDX-License-Identifier: Apache-2.0 */

#include "data-directory.h"

#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fd-util.h"
#include "string-util.h"

/* systemd-sysusers has added the group to this file. NSS is not used, because static programs call this. */
static gid_t group_rkt(void)
{
    FILE *file = fopen("/etc/group", "re");
    const struct group *group = NULL;
    gid_t gid;

    if (!file)
        return 0;
    do
        group = fgetgrent(file);
    while (group && !streq(group->gr_name, "rkt"));
    gid = group ? group->gr_gid : 0;
    (void) fclose(file);
    return gid;
}

static int set_owner_and_mode(const char *path)
{
    if (geteuid() != 0)
        return 0;
    return chown(path, 0, group_rkt()) < 0 || chmod(path, 02750) < 0 ? -errno : 0;
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
    if (fd < 0 && errno == EACCES)
        return error_set(reterr, -EACCES,
                         "cannot open the data directory %s: only root and members of group rkt can", path);
    return fd < 0 ? error_set_errno(reterr, -errno, "cannot open the data directory %s", path) : fd;
}
