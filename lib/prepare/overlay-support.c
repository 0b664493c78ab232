/* SPDX-License-Identifier: Apache-2.0 */
/* On the file systems that most machines have it is known; elsewhere (another overlay, NFS, ZFS, FUSE) one is
 * made and thrown away. It isn't everywhere, because unmounting an overlay writes the file system below it to
 * the disk. */

#include "overlay-support.h"

#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "sandbox/mount.h"

#define TRIAL "overlay-trial"

#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

static bool is_known_good(unsigned long type)
{
    static const unsigned long good[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, TMPFS_MAGIC,
                                          F2FS_SUPER_MAGIC };

    for (size_t i = 0; i < ELEMENTSOF(good); i++)
        if (good[i] == type)
            return true;
    return false;
}

/* Without it an overlay could not tell its whiteouts: XFS with ftype=0. */
static int has_entry_types(int dir)
{
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    int r = directory_open(dir, ".", &d);

    if (r < 0)
        return r;
    while ((errno = 0, entry = readdir(d)))
        if (!streq(entry->d_name, ".") && !streq(entry->d_name, "..") && entry->d_type == DT_UNKNOWN)
            return 0;
    return errno > 0 ? -errno : 1;
}

static int try_overlay(int dir, Error *ret_why)
{
    static const char *const names[] = { TRIAL, TRIAL "/lower", TRIAL "/upper", TRIAL "/work" };
    char base[FD_PATH_MAX], paths[ELEMENTSOF(names)][FD_PATH_MAX + sizeof(TRIAL "/lower")];
    _cleanup_close_ int mount = -EBADF;
    int r;

    (void) fd_path(dir, base);
    for (size_t i = 0; i < ELEMENTSOF(names); i++) {
        if (mkdirat(dir, names[i], 0700) < 0)
            return error_set_errno(ret_why, -errno, "cannot create \"%s\"", names[i]);
        (void) snprintf(paths[i], sizeof(paths[i]), "%s/%s", base, names[i]);
    }
    r = mount_overlay((char *[]){ paths[1], NULL }, paths[2], paths[3], 0, &mount, ret_why);
    mount = safe_close(mount);
    (void) remove_tree_at(dir, TRIAL);
    return r;
}

static int make_context(void)
{
    _cleanup_close_ int context = fsopen("overlay", FSOPEN_CLOEXEC);

    return context < 0 ? -errno : 0;
}

int overlay_is_supported(int dir, Error *ret_why)
{
    struct statfs fs;
    int r = make_context();

    if (r == -ENODEV) {
        (void) error_set(ret_why, r, "unsupported kernel: it has no overlayfs");
        return 0;
    }
    if (fstatfs(dir, &fs) < 0)
        return error_set_errno(ret_why, -errno, "cannot look at the pods' file system");
    r = has_entry_types(dir);
    if (r < 0)
        return error_set_errno(ret_why, r, "cannot list the pod's directory");
    if (r == 0) {
        (void) error_set(ret_why, -EOPNOTSUPP, "unsupported filesystem: missing d_type support");
        return 0;
    }
    if (is_known_good((unsigned long) fs.f_type))
        return 1;
    r = try_overlay(dir, NULL);
    if (r >= 0)
        return 1;
    (void) error_set_errno(ret_why, r, "unsupported filesystem: type 0x%lx", (unsigned long) fs.f_type);
    return 0;
}
