/* SPDX-License-Identifier: Apache-2.0 */
/* All mount calls by descriptor exist since Linux 5.12. Two limits remain: before 6.15 nothing can be
 * attached below a mount that is itself detached, and open_tree(OPEN_TREE_CLONE) clones only from the
 * caller's own mount namespace. So an app's root is attached first, and the mounts in it afterwards.
 *
 * An overlay's layers are given as /proc/self/fd/N: no character of a path then needs escaping (which
 * differs between kernels), and no path of the host appears in the app's /proc/mounts. */

#include "mount.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "base/string-util.h"

enum {
    LINKS_MAX = 40, /* the kernel's limit */
    LAYERS_JOINED = 8,
};

/* ----- Making ----- */

/* The kernel writes its errors to the descriptor of fsopen(2): "e overlay: …". */
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

/* The parts of an overlay, while they are passed to the kernel. */
typedef struct Overlay {
    struct OverlayLayer {
        int fd;
        char path[FD_PATH_MAX];
    } * layers;
    MountOption *options;
    size_t n_layers, n_options;
} Overlay;

static void overlay_done(Overlay *overlay)
{
    for (size_t i = 0; i < overlay->n_layers; i++)
        (void) safe_close(overlay->layers[i].fd);
    free(overlay->layers);
    free(overlay->options);
}

static int add_layer(Overlay *overlay, const char *key, const char *path, Error *reterr)
{
    struct OverlayLayer *layer = &overlay->layers[overlay->n_layers];

    layer->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (layer->fd < 0)
        return error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    overlay->n_layers++;
    overlay->options[overlay->n_options++] = (MountOption){ key, fd_path(layer->fd, layer->path) };
    return 0;
}

/* All kernels accept a few lower layers in one string of at most 255 bytes; since 6.8 each can be given
 * separately. */
static void join_layers(Overlay *overlay, char text[static LAYERS_JOINED * FD_PATH_MAX])
{
    size_t at = 0;

    for (size_t i = 0; i < overlay->n_layers; i++)
        at += (size_t) snprintf(text + at, FD_PATH_MAX, "%s%s", i > 0 ? ":" : "", overlay->layers[i].path);
    overlay->options[0] = (MountOption){ "lowerdir", text };
    overlay->n_options = 1;
}

int mount_overlay(char *const *layers, const char *upper, const char *work, uint64_t attributes, int *ret,
                  Error *reterr)
{
    char joined[LAYERS_JOINED * FD_PATH_MAX];
    _cleanup_(overlay_done) Overlay overlay = {};
    size_t n = strv_length(layers);
    int r = 0;

    overlay.layers = calloc(n + 2, sizeof(*overlay.layers));
    overlay.options = calloc(n + 2, sizeof(*overlay.options));
    if (!overlay.layers || !overlay.options)
        return -ENOMEM;
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = add_layer(&overlay, "lowerdir+", layers[i], reterr);
    if (r >= 0 && n <= LAYERS_JOINED)
        join_layers(&overlay, joined);
    if (r >= 0 && upper)
        r = add_layer(&overlay, "upperdir", upper, reterr);
    if (r >= 0 && upper)
        r = add_layer(&overlay, "workdir", work, reterr);
    if (!upper)
        attributes |= MOUNT_ATTR_RDONLY;
    return r < 0 ? r : mount_new("overlay", overlay.options, overlay.n_options, attributes, ret, reterr);
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
    /* Later mounts of the source's file system may propagate here, but nothing propagates back. */
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

int mount_map_owners(int mount, int idmap, bool recursive)
{
    const struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t) idmap };

    return idmap < 0 ? 0 : set_attributes(mount, &attr, recursive);
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

/* One component, in a directory that is held open, so that it cannot leave the root. */
static int make_one(int parent, const char *name, bool directory)
{
    _cleanup_close_ int fd = -EBADF;

    if (directory)
        return mkdirat(parent, name, 0755) < 0 ? -errno : 0;
    fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0644);
    return fd < 0 ? -errno : 0;
}

/* path is a dangling link (an image's resolv.conf often is): makes its target. */
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
    /* Both roots are on the same directory, the old one on top, so that the app needs no directory for the
     * old root. */
    if (syscall(SYS_pivot_root, ".", ".") < 0)
        return -errno;
    if (umount2(".", MNT_DETACH) < 0)
        return -errno;
    return chdir("/") < 0 ? -errno : 0;
}
