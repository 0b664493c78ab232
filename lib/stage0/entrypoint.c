/* SPDX-License-Identifier: Apache-2.0 */
/* A stage1 runs as root, but only its own programs are run: links in its image are resolved within its
 * root, and the program is executed by descriptor.
 *
 * The program `run` of a stage1 stays in the pod as its init, and `enter` comes close to its apps. Both are
 * therefore executed from a read-only mount that is mounted nowhere: the lock's mount, or a mount of that
 * one file. A process in the pod that opens /proc/PID/exe can neither write to the file nor leave the
 * mount. */

#include "entrypoint.h"

#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "base/fd-util.h"
#include "base/spawn.h"
#include "stage1/interface.h"
#include "stage1/layout.h"

static int open_file(int dir, const char *entrypoint, int *ret)
{
    _cleanup_close_ int root = openat(dir, STAGE1_ROOTFS, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = root < 0 ? -errno : open_in_root(root, entrypoint + strlen(STAGE1_ROOTFS), O_PATH, 0);

    if (r >= 0)
        *ret = r;
    return r < 0 ? r : 0;
}

/* As made by pod_detach(). */
static bool is_read_only(int fd)
{
    struct statvfs fs;

    return fstatvfs(fd, &fs) >= 0 && fs.f_flag & ST_RDONLY;
}

int entrypoint_open(const Pod *pod, const char *entrypoint, int *ret, Error *reterr)
{
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
    _cleanup_close_ int file = -EBADF, mount = -EBADF;
    int r = open_file(pod->lock >= 0 ? pod->lock : pod->fd, entrypoint, &file);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot open the stage1's \"%s\"", entrypoint);
    if (is_read_only(file)) {
        *ret = TAKE_FD(file);
        return 0;
    }
    mount = open_tree(file, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (mount < 0)
        return error_set_errno(reterr, -errno, "cannot clone the mount of the stage1's \"%s\"", entrypoint);
    if (mount_setattr(mount, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
        return error_set_errno(reterr, -errno, "cannot make the stage1's \"%s\" read-only", entrypoint);
    *ret = TAKE_FD(mount);
    return 0;
}

/* The interpreter of a script opens a path, so it gets the path after all links are resolved. A script is
 * not a program that stays in the pod. */
static int find_path(const Pod *pod, const char *entrypoint, char ret[static PATH_MAX])
{
    _cleanup_close_ int file = -EBADF;
    char link[FD_PATH_MAX];
    int r = open_file(pod->fd, entrypoint, &file);
    ssize_t n = r < 0 ? r : readlink(fd_path(file, link), ret, PATH_MAX);

    if (n < 0)
        return r < 0 ? r : -errno;
    if (n == PATH_MAX)
        return -ENAMETOOLONG;
    ret[n] = '\0';
    return 0;
}

int entrypoint_exec(const Pod *pod, int program, const char *entrypoint, char **argv, Error *reterr)
{
    char path[PATH_MAX];
    int r = fchdir(pod->fd) < 0 ? -errno : exec_opened(program, NULL, argv, environ);

    if (r == -ENOENT) {
        r = find_path(pod, entrypoint, path);
        if (r >= 0)
            r = exec_opened(-EBADF, path, argv, environ);
    }
    return error_set_errno(reterr, r, "cannot run the stage1's \"%s\"", entrypoint);
}

int entrypoint_run(const Pod *pod, int program, const char *entrypoint, char **argv)
{
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    char directory[FD_PATH_MAX], path[PATH_MAX];
    int r = find_path(pod, entrypoint, path);

    if (r < 0)
        return r;
    options.program = program;
    options.directory = fd_path(pod->fd, directory);
    options.timeout_ns = STAGE1_TIMEOUT_NS;
    return spawn_and_wait(path, argv, &options);
}
