/* SPDX-License-Identifier: Apache-2.0 */

#include "kernel-mounts.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/fd-util.h"
#include "mount.h"

enum {
    PROC_ROOT_INODE = 1,
    SYS_ROOT_INODE = 1,
    API_ATTRIBUTES = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
};

static int mount_api(const char *fstype, long magic, ino_t inode, uint64_t attributes, int *ret,
                     Error *reterr)
{
    _cleanup_close_ int mount = -EBADF;
    struct statfs fs;
    struct stat st;
    int r;

    r = mount_new(fstype, NULL, 0, attributes | API_ATTRIBUTES, &mount, reterr);
    if (r < 0)
        return r;
    if (fstatfs(mount, &fs) < 0 || fstat(mount, &st) < 0)
        return error_set_errno(reterr, -errno, "cannot look at %s", fstype);
    if (fs.f_type != magic || st.st_ino != inode)
        return error_set(reterr, -EXDEV, "what was mounted as %s is something else", fstype);
    *ret = TAKE_FD(mount);
    return 0;
}

int mount_proc(uint64_t attributes, int *ret, Error *reterr)
{
    return mount_api("proc", PROC_SUPER_MAGIC, PROC_ROOT_INODE, attributes, ret, reterr);
}

int mount_sys(int *ret, Error *reterr)
{
    return mount_api("sysfs", SYSFS_MAGIC, SYS_ROOT_INODE, MOUNT_ATTR_RDONLY, ret, reterr);
}

/* ----- Restricted paths ----- */

typedef enum PathTreatment { PATH_HIDDEN, PATH_READ_ONLY } PathTreatment;

typedef struct RestrictedPath {
    const char *path;
    PathTreatment treatment;
} RestrictedPath;

/* The first lines are the original's list. The whole of /proc/sys is read-only, not only the original's
 * part. */
static const RestrictedPath proc_paths[] = {
    { "config.gz", PATH_HIDDEN },
    { "kallsyms", PATH_HIDDEN },
    { "kcore", PATH_HIDDEN },
    { "kmem", PATH_HIDDEN },
    { "mem", PATH_HIDDEN },
    { "sched_debug", PATH_HIDDEN },
    { "bus", PATH_READ_ONLY },
    { "sys", PATH_READ_ONLY },
    { "sysrq-trigger", PATH_READ_ONLY },
    /* Added by rkt: hardware and state of the kernel that belong to the host, and that root in an app could
     * read or write. */
    { "acpi", PATH_HIDDEN },
    { "latency_stats", PATH_HIDDEN },
    { "keys", PATH_HIDDEN },
    { "scsi", PATH_HIDDEN },
    { "timer_list", PATH_HIDDEN },
    { "1", PATH_READ_ONLY }, /* the first process to be killed when memory is short, and its apps with it */
    { "mtrr", PATH_READ_ONLY },
    /* Where the kernel and its data are in memory, and the state of its heap. */
    { "allocinfo", PATH_HIDDEN },
    { "buddyinfo", PATH_HIDDEN },
    { "iomem", PATH_HIDDEN },
    { "ioports", PATH_HIDDEN },
    { "kmsg", PATH_HIDDEN },
    { "kpagecgroup", PATH_HIDDEN },
    { "kpagecount", PATH_HIDDEN },
    { "kpageflags", PATH_HIDDEN },
    { "modules", PATH_HIDDEN },
    { "pagetypeinfo", PATH_HIDDEN },
    { "slabinfo", PATH_HIDDEN },
    { "vmallocinfo", PATH_HIDDEN },
    { "vmcore", PATH_HIDDEN },
    { "zoneinfo", PATH_HIDDEN },
    /* What others do: keys pressed, sound played, disks written, locks waited for. */
    { "asound", PATH_HIDDEN },
    { "driver/nvram", PATH_HIDDEN },
    { "driver/rtc", PATH_HIDDEN },
    { "dynamic_debug", PATH_HIDDEN },
    { "fs", PATH_HIDDEN },
    { "interrupts", PATH_HIDDEN },
    { "irq", PATH_HIDDEN },
    { "key-users", PATH_HIDDEN },
    { "lock_stat", PATH_HIDDEN },
    { "lockdep", PATH_HIDDEN },
    { "lockdep_chains", PATH_HIDDEN },
    { "lockdep_stats", PATH_HIDDEN },
    { "softirqs", PATH_HIDDEN },
    { "timer_stats", PATH_HIDDEN },
    { "tty/driver", PATH_HIDDEN },
    /* Each trigger that is written there causes work in the kernel. */
    { "pressure", PATH_READ_ONLY },
};

/* All of it is read-only. */
static const RestrictedPath sys_paths[] = {
    { "firmware", PATH_HIDDEN },
    { "fs", PATH_HIDDEN },
    { "hypervisor", PATH_HIDDEN },
    { "module", PATH_HIDDEN },
    { "power", PATH_HIDDEN },
    /* Added by rkt: power use and heat show what others compute. */
    { "class/thermal", PATH_HIDDEN },
    { "devices/virtual/powercap", PATH_HIDDEN },
    { "devices/virtual/thermal", PATH_HIDDEN },
    /* The same for /sys as above for /proc; debug, tracing and security are empty here. */
    { "kernel/boot_params", PATH_HIDDEN },
    { "kernel/btf", PATH_HIDDEN },
    { "kernel/dmabuf", PATH_HIDDEN },
    { "kernel/irq", PATH_HIDDEN },
    { "kernel/mm/page_idle", PATH_HIDDEN },
    { "kernel/notes", PATH_HIDDEN },
    { "kernel/slab", PATH_HIDDEN },
    { "kernel/vmcoreinfo", PATH_HIDDEN },
};

/* ----- Hiding ----- */

/* Paths are hidden by an empty directory and an empty file, mode 0, of a read-only tmpfs. Never by
 * /dev/null, which an image or another app may have changed. */
typedef struct Masks {
    int mount;           /* the tmpfs, attached */
    int file, directory; /* detached mounts, not yet used to hide something; -EBADF: none */
} Masks;

static int masks_make(Masks *masks, int scratch)
{
    static const MountOption options[] = { { "size", "4k" }, { "nr_inodes", "4" }, { "mode", "0000" } };
    _cleanup_close_ int mount = -EBADF, file = -EBADF;
    int r;

    r = mount_new("tmpfs", options, ELEMENTSOF(options), API_ATTRIBUTES, &mount, NULL);
    if (r < 0)
        return r;
    if (mkdirat(mount, "directory", 0) < 0)
        return -errno;
    file = openat(mount, "file", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    if (file < 0)
        return -errno;
    file = safe_close(file);
    r = mount_set_attributes(mount, MOUNT_ATTR_RDONLY, 0, false);
    if (r >= 0)
        r = mount_attach(mount, scratch);
    if (r < 0)
        return r;
    masks->mount = TAKE_FD(mount);
    return 0;
}

/* Attaches *mask and closes it. If this path does not exist or is of another kind, *mask is kept for the
 * next path. */
static int masks_attach(const Masks *masks, const char *name, int *mask, int mount, const char *path)
{
    if (*mask < 0)
        *mask = open_tree(masks->mount, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (*mask < 0 || move_mount(*mask, "", mount, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return -errno;
    *mask = safe_close(*mask);
    return 0;
}

/* By name: we mounted this procfs or sysfs, and no name in our tables is a symlink there. The kernel
 * reports the kind of a path (-EINVAL), because each further call adds to every start. */
static int hide(Masks *masks, int mount, const char *path)
{
    int r = masks_attach(masks, "file", &masks->file, mount, path);

    return r == -EINVAL ? masks_attach(masks, "directory", &masks->directory, mount, path) : r;
}

/* Closing a mount that was never attached makes the kernel wait for all processors. */
static void masks_done(Masks *masks)
{
    if (masks->file >= 0)
        (void) masks_attach(masks, "file", &masks->file, masks->mount, "file");
    if (masks->directory >= 0)
        (void) masks_attach(masks, "directory", &masks->directory, masks->mount, "directory");
    masks->file = safe_close(masks->file);
    masks->directory = safe_close(masks->directory);
    masks->mount = safe_close(masks->mount);
}

static int write_protect(int mount, const char *path)
{
    _cleanup_close_ int clone = -EBADF;
    int r = mount_clone(mount, path, true, MOUNT_ATTR_RDONLY, &clone);

    if (r < 0)
        return r;
    return move_mount(clone, "", mount, path, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}

static int restrict_paths(int mount, const char *where, const RestrictedPath *paths, size_t n, Masks *masks,
                          Error *reterr)
{
    for (size_t i = 0; i < n; i++) {
        int r = paths[i].treatment == PATH_HIDDEN ? hide(masks, mount, paths[i].path)
                                                  : write_protect(mount, paths[i].path);

        if (r < 0 && r != -ENOENT)
            return error_set_errno(reterr, r, "cannot restrict \"%s/%s\"", where, paths[i].path);
    }
    return 0;
}

/* The part of /proc/sys that belongs to a network namespace, mounted writable over the read-only whole. */
static int uncover_net(int proc, Error *reterr)
{
    _cleanup_close_ int target = open_beneath(proc, "sys/net", O_PATH | O_NOFOLLOW, 0), mount = -EBADF;
    int r = target;

    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = mount_clone(target, "", false, 0, &mount);
    if (r >= 0)
        r = mount_set_attributes(mount, 0, MOUNT_ATTR_RDONLY, false);
    if (r >= 0)
        r = mount_attach(mount, target);
    return r < 0 ? error_set_errno(reterr, r, "cannot leave /proc/sys/net writable") : 0;
}

int mount_restrict_paths(int proc, int sys, bool net_writable, int scratch, Error *reterr)
{
    Masks masks = { -EBADF, -EBADF, -EBADF };
    int r;

    r = masks_make(&masks, scratch);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the mounts that hide paths");
    r = restrict_paths(proc, "/proc", proc_paths, ELEMENTSOF(proc_paths), &masks, reterr);
    if (r >= 0 && net_writable)
        r = uncover_net(proc, reterr);
    if (r >= 0 && sys >= 0)
        r = restrict_paths(sys, "/sys", sys_paths, ELEMENTSOF(sys_paths), &masks, reterr);
    masks_done(&masks);
    return r;
}
