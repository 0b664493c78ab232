/* SPDX-License-Identifier: Apache-2.0 */
/* The mount calls by descriptor are all there since Linux 5.12. What still shapes this file: until 6.15
 * nothing can be attached below a mount that is itself detached, and open_tree(OPEN_TREE_CLONE) clones only
 * from the caller's own mount namespace. So an app's root is attached first, and what goes into it
 * afterwards.
 *
 * An overlay's layers are given as /proc/self/fd/N: no character of a path then needs escaping (the kernels
 * differ in how), and no path of the host appears in the app's /proc/mounts. */

#include "mount.h"

#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/string-util.h"

enum {
    LINKS_MAX = 40, /* as the kernel */
    PROC_ROOT_INODE = 1,
    SYS_ROOT_INODE = 1,
    API_ATTRIBUTES = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
};

/* ----- Making ----- */

/* The kernel explains itself on the descriptor of fsopen(2): "e overlay: …". */
static int fs_error(int fs, int r, const char *fstype, Error *reterr)
{
    char text[256];
    ssize_t n = read(fs, text, sizeof(text) - 1);

    if (n < 3)
        return error_set_errno(reterr, r, "cannot make a file system of type %s", fstype);
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return error_set_errno(reterr, r, "cannot make a file system of type %s: %s", fstype, text + 2);
}

int mount_new(const char *fstype, const MountOption *options, size_t n, uint64_t attributes, int *ret,
              Error *reterr)
{
    _cleanup_close_ int fs = fsopen(fstype, FSOPEN_CLOEXEC);
    int mount;

    if (fs < 0)
        return error_set_errno(reterr, -errno, "cannot make a file system of type %s", fstype);
    for (size_t i = 0; i < n; i++) {
        unsigned command = options[i].value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG;

        if (fsconfig(fs, command, options[i].key, options[i].value, 0) < 0)
            return fs_error(fs, -errno, fstype, reterr);
    }
    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return fs_error(fs, -errno, fstype, reterr);
    mount = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned) attributes);
    if (mount < 0)
        return fs_error(fs, -errno, fstype, reterr);
    *ret = mount;
    return 0;
}

int mount_overlay(const char *lower, const char *upper, const char *work, uint64_t attributes, int *ret,
                  Error *reterr)
{
    const struct {
        const char *key, *path;
    } layers[] = { { "lowerdir", lower }, { "upperdir", upper }, { "workdir", work } };
    int fds[ELEMENTSOF(layers)] = { -EBADF, -EBADF, -EBADF }, r = 0;
    char paths[ELEMENTSOF(layers)][FD_PATH_MAX];
    MountOption options[ELEMENTSOF(layers)];

    for (size_t i = 0; i < ELEMENTSOF(layers) && r >= 0; i++) {
        fds[i] = open(layers[i].path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fds[i] < 0)
            r = error_set_errno(reterr, -errno, "cannot open \"%s\"", layers[i].path);
        else
            options[i] = (MountOption){ layers[i].key, fd_path(fds[i], paths[i]) };
    }
    if (r >= 0)
        r = mount_new("overlay", options, ELEMENTSOF(options), attributes, ret, reterr);
    for (size_t i = 0; i < ELEMENTSOF(fds); i++)
        (void) safe_close(fds[i]);
    return r;
}

int mount_overlay_read_only(const char *lower, const char *upper, uint64_t attributes, int *ret,
                            Error *reterr)
{
    const char *const layers[] = { upper, lower };
    int fds[ELEMENTSOF(layers)] = { -EBADF, -EBADF }, r = 0;
    char paths[ELEMENTSOF(layers)][FD_PATH_MAX], option[ELEMENTSOF(layers) * FD_PATH_MAX];

    for (size_t i = 0; i < ELEMENTSOF(layers) && r >= 0; i++) {
        fds[i] = open(layers[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (fds[i] < 0)
            r = error_set_errno(reterr, -errno, "cannot open \"%s\"", layers[i]);
    }
    if (r >= 0) {
        (void) snprintf(option, sizeof(option), "%s:%s", fd_path(fds[0], paths[0]),
                        fd_path(fds[1], paths[1]));
        r = mount_new("overlay", &(MountOption){ "lowerdir", option }, 1, attributes | MOUNT_ATTR_RDONLY, ret,
                      reterr);
    }
    for (size_t i = 0; i < ELEMENTSOF(fds); i++)
        (void) safe_close(fds[i]);
    return r;
}

static int set_attributes(int mount, const struct mount_attr *attr, bool recursive)
{
    unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);

    return mount_setattr(mount, "", flags, (struct mount_attr *) attr, sizeof(*attr)) < 0 ? -errno : 0;
}

static int clone_mount(int dir, const char *path, bool recursive, const struct mount_attr *attr, int *ret)
{
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_NO_AUTOMOUNT |
                     (recursive ? AT_RECURSIVE : 0);
    _cleanup_close_ int mount = open_tree(dir, path, flags);
    int r;

    if (mount < 0)
        return -errno;
    r = set_attributes(mount, attr, recursive);
    if (r < 0)
        return r;
    *ret = TAKE_FD(mount);
    return 0;
}

int mount_clone(int dir, const char *path, bool recursive, uint64_t attributes, int *ret)
{
    /* What the source's file system mounts later may come along, nothing goes back. */
    const struct mount_attr attr = { .attr_set = attributes, .propagation = MS_SLAVE };

    return clone_mount(dir, path, recursive, &attr, ret);
}

int mount_clone_shared(int dir, const char *path, bool recursive, uint64_t attributes, int *ret)
{
    const struct mount_attr attr = { .attr_set = attributes };

    return clone_mount(dir, path, recursive, &attr, ret);
}

int mount_make_shared(int mount)
{
    const struct mount_attr attr = { .propagation = MS_SHARED };

    return set_attributes(mount, &attr, true);
}

int mount_make_slave(int mount, bool recursive)
{
    const struct mount_attr attr = { .propagation = MS_SLAVE };

    return set_attributes(mount, &attr, recursive);
}

int mount_set_attributes(int mount, uint64_t set, uint64_t clear, bool recursive)
{
    const struct mount_attr attr = { .attr_set = set, .attr_clr = clear };

    return set_attributes(mount, &attr, recursive);
}

int mount_set_propagation(unsigned long propagation)
{
    return mount(NULL, "/", NULL, MS_REC | propagation, NULL) < 0 ? -errno : 0;
}

/* ----- Targets ----- */

static int make_missing(int root, const char *path, bool directory, unsigned links);

static int open_parent(int root, const char *path, unsigned links)
{
    int fd = open_in_root(root, path, O_PATH | O_DIRECTORY, 0), r;

    if (fd != -ENOENT)
        return fd;
    r = make_missing(root, path, true, links);
    return r < 0 ? r : open_in_root(root, path, O_PATH | O_DIRECTORY, 0);
}

/* One component, in a directory that is held open: this can't leave the root. */
static int make_one(int parent, const char *name, bool directory)
{
    _cleanup_close_ int fd = -EBADF;

    if (directory)
        return mkdirat(parent, name, 0755) < 0 ? -errno : 0;
    fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0644);
    return fd < 0 ? -errno : 0;
}

/* path is there as a link that leads to nothing (an image's resolv.conf often is): makes what it leads to. */
static int make_link_target(int root, int parent_fd, const char *parent, const char *name, bool directory,
                            unsigned links)
{
    _cleanup_free_ char *next = NULL;
    char target[PATH_MAX];
    ssize_t n = readlinkat(parent_fd, name, target, sizeof(target) - 1);

    if (n < 0)
        return errno == EINVAL ? 0 : -errno;
    if (links >= LINKS_MAX)
        return -ELOOP;
    target[n] = '\0';
    if (asprintf(&next, "%s/%s", *target == '/' ? "" : parent, target) < 0)
        return -ENOMEM;
    return make_missing(root, next, directory, links + 1);
}

static int make_missing(int root, const char *path, bool directory, unsigned links)
{
    _cleanup_free_ char *parent = strdup(path);
    _cleanup_close_ int parent_fd = -EBADF;
    char *slash, *name;
    size_t length;
    int r;

    if (!parent)
        return -ENOMEM;
    for (length = strlen(parent); length > 0 && parent[length - 1] == '/'; length--)
        parent[length - 1] = '\0';
    slash = strrchr(parent, '/');
    name = strdupa(slash ? slash + 1 : parent);
    *(slash ? slash : parent) = '\0';
    if (*name == '\0')
        return 0;
    parent_fd = open_parent(root, *parent ? parent : "/", links);
    if (parent_fd < 0)
        return parent_fd;
    if (streq(name, ".") || streq(name, ".."))
        return 0;
    r = make_one(parent_fd, name, directory);
    return r == -EEXIST ? make_link_target(root, parent_fd, parent, name, directory, links) : r;
}

static int check_target(int fd, MountTarget target)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISLNK(st.st_mode))
        return -ELOOP;
    if (target == MOUNT_TARGET_FILE)
        return S_ISDIR(st.st_mode) ? -EISDIR : 0;
    return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int mount_target_open(int root, const char *path, MountTarget target, int *ret)
{
    int flags = O_PATH | (target == MOUNT_TARGET_API ? O_NOFOLLOW : 0), r;
    _cleanup_close_ int fd = open_in_root(root, path, flags, 0);

    if (fd == -ENOENT) {
        mode_t old = umask(0022);

        r = make_missing(root, path, target != MOUNT_TARGET_FILE, 0);
        (void) umask(old);
        if (r < 0)
            return r;
        fd = open_in_root(root, path, flags, 0);
    }
    if (fd < 0)
        return fd;
    r = check_target(fd, target);
    if (r < 0)
        return r;
    *ret = TAKE_FD(fd);
    return 0;
}

/* ----- Attaching ----- */

int mount_attach(int mount, int target)
{
    return move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0 ? -errno
                                                                                                    : 0;
}

static int check_leads_to(int mount, int root, const char *path)
{
    _cleanup_close_ int fd = open_in_root(root, path, O_PATH | O_NOFOLLOW, 0);
    struct statx want, got;

    if (fd < 0)
        return fd;
    if (statx(mount, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &want) < 0 ||
        statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &got) < 0)
        return -errno;
    return want.stx_mnt_id == got.stx_mnt_id && want.stx_ino == got.stx_ino ? 0 : -EXDEV;
}

int mount_attach_at(int mount, int root, const char *path, MountTarget target, Error *reterr)
{
    _cleanup_close_ int fd = -EBADF;
    int r;

    r = mount_target_open(root, path, target, &fd);
    if (r == -ELOOP && target == MOUNT_TARGET_API)
        return error_set(reterr, r, "\"%s\" is a symbolic link in the image; nothing can be mounted there",
                         path);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the mount point \"%s\"", path);
    r = mount_attach(mount, fd);
    if (r >= 0 && target == MOUNT_TARGET_API)
        r = check_leads_to(mount, root, path);
    return r < 0 ? error_set_errno(reterr, r, "cannot mount onto \"%s\"", path) : 0;
}

/* ----- procfs and sysfs ----- */

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

typedef enum PathTreatment { PATH_HIDDEN, PATH_READ_ONLY } PathTreatment;

typedef struct RestrictedPath {
    const char *path;
    PathTreatment treatment;
} RestrictedPath;

/* The first lines are the original's list. /proc/sys is read-only whole, not only where the original's was.
 */
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
    /* Ours: hardware and the kernel's own state that is the host's and root in an app could read or write. */
    { "acpi", PATH_HIDDEN },
    { "latency_stats", PATH_HIDDEN },
    { "keys", PATH_HIDDEN },
    { "scsi", PATH_HIDDEN },
    { "timer_list", PATH_HIDDEN },
    { "1", PATH_READ_ONLY }, /* the first to be killed where memory is short, and its apps with it */
    { "mtrr", PATH_READ_ONLY },
    /* Where the kernel and its data lie in memory, and how its heap looks just now. */
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
    /* What others do: keys that are pressed, sound that is played, disks that are written, locks that are
     * waited for. */
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
    /* Each trigger that is written there is work for the kernel. */
    { "pressure", PATH_READ_ONLY },
};

/* All of it is read-only. */
static const RestrictedPath sys_paths[] = {
    { "firmware", PATH_HIDDEN },
    { "fs", PATH_HIDDEN },
    { "hypervisor", PATH_HIDDEN },
    { "module", PATH_HIDDEN },
    { "power", PATH_HIDDEN },
    /* Ours: power draw and heat tell what others compute. */
    { "class/thermal", PATH_HIDDEN },
    { "devices/virtual/powercap", PATH_HIDDEN },
    { "devices/virtual/thermal", PATH_HIDDEN },
    /* The same as above, of /proc; debug, tracing and security are empty here. */
    { "kernel/boot_params", PATH_HIDDEN },
    { "kernel/btf", PATH_HIDDEN },
    { "kernel/dmabuf", PATH_HIDDEN },
    { "kernel/irq", PATH_HIDDEN },
    { "kernel/mm/page_idle", PATH_HIDDEN },
    { "kernel/notes", PATH_HIDDEN },
    { "kernel/slab", PATH_HIDDEN },
    { "kernel/vmcoreinfo", PATH_HIDDEN },
};

/* What hides: an empty directory and an empty file, mode 0, of a read-only tmpfs. Never /dev/null, which an
 * image or another app may have changed. */
typedef struct Masks {
    int mount;           /* the tmpfs; attached */
    int file, directory; /* detached ones that hide nothing yet; -EBADF: none */
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

/* Attaches *mask, which is closed, or left for another path when this one is not there or of another kind. */
static int masks_attach(const Masks *masks, const char *name, int *mask, int mount, const char *path)
{
    if (*mask < 0)
        *mask = open_tree(masks->mount, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (*mask < 0 || move_mount(*mask, "", mount, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return -errno;
    *mask = safe_close(*mask);
    return 0;
}

/* By name: this procfs or sysfs is one that we mounted, and no name in our tables is a symlink there. What
 * kind a path is of, the kernel says (-EINVAL), for each call more counts, at every start. */
static int hide(Masks *masks, int mount, const char *path)
{
    int r = masks_attach(masks, "file", &masks->file, mount, path);

    return r == -EINVAL ? masks_attach(masks, "directory", &masks->directory, mount, path) : r;
}

/* One that is closed while it is attached nowhere makes the kernel wait for all processors. */
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

/* The part of /proc/sys that belongs to a network namespace, laid writable over the read-only whole. */
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
        return error_set_errno(reterr, r, "cannot make what hides paths");
    r = restrict_paths(proc, "/proc", proc_paths, ELEMENTSOF(proc_paths), &masks, reterr);
    if (r >= 0 && net_writable)
        r = uncover_net(proc, reterr);
    if (r >= 0 && sys >= 0)
        r = restrict_paths(sys, "/sys", sys_paths, ELEMENTSOF(sys_paths), &masks, reterr);
    masks_done(&masks);
    return r;
}

/* ----- The root ----- */

int mount_enter_root(int root)
{
    if (fchdir(root) < 0)
        return -errno;
    /* Both roots on the same directory, the old one on top: so no directory of the app's is needed to put it.
     */
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        return -errno;
    if (umount2(".", MNT_DETACH) < 0)
        return -errno;
    return chdir("/") < 0 ? -errno : 0;
}
