/* SPDX-License-Identifier: Apache-2.0 */
/* The mount calls by descriptor are all there since Linux 5.12. What still shapes this file: until 6.15
 * nothing can be attached below a mount that is itself detached, and open_tree(OPEN_TREE_CLONE) clones only
 * from the caller's own mount namespace. So an app's root is attached first, and what goes into it
 * afterwards.
 *
 * An overlay's layers are given as /proc/self/fd/N: no character of a path then needs escaping (the kernels
 * differ in how), and no path of the host appears in the app's /proc/mounts. */

#include "mount.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/string-util.h"

enum { LINKS_MAX = 40 }; /* as the kernel */

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
