/* SPDX-License-Identifier: Apache-2.0 */
/* The program that stage1's `run` is stays in the pod as its init, and that of `enter` is near its apps. Both
 * are therefore executed from a read-only mount of that one file, which is mounted nowhere: whoever in the
 * pod opens /proc/PID/exe can neither write to it nor walk away from it. */

#include "entrypoint.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/fd-util.h"
#include "stage1/interface.h"

extern char **environ;

/* Opens the entrypoint; its links lead within the stage1's root. */
int entrypoint_open(const Pod *pod, const char *entrypoint, int *ret, Error *reterr)
{
    _cleanup_close_ int root = openat(pod->fd, STAGE1_ROOTFS, O_PATH | O_DIRECTORY | O_CLOEXEC),
                        file = -EBADF;
    struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };
    int mount;

    if (root < 0)
        return error_set_errno(reterr, -errno, "cannot open the pod's stage1");
    file = open_in_root(root, entrypoint + strlen(STAGE1_ROOTFS), O_PATH, 0);
    if (file < 0)
        return error_set_errno(reterr, file, "cannot open the stage1's \"%s\"", entrypoint);
    mount = open_tree(file, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (mount < 0)
        return error_set_errno(reterr, -errno, "cannot clone the mount of the stage1's \"%s\"", entrypoint);
    *ret = mount;
    if (mount_setattr(mount, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
        return error_set_errno(reterr, -errno, "cannot make the stage1's \"%s\" read-only", entrypoint);
    return 0;
}

/* A script's interpreter could not open a descriptor that is closed by then, so it gets the path. It is no
 * program that stays in the pod. */
int entrypoint_exec(const Pod *pod, int program, const char *entrypoint, char **argv, Error *reterr)
{
    if (fchdir(pod->fd) < 0)
        return error_set_errno(reterr, -errno, "cannot enter the pod's directory");
    (void) syscall(SYS_execveat, program, "", argv, environ, AT_EMPTY_PATH);
    if (errno == ENOENT)
        (void) execve(entrypoint, argv, environ);
    return error_set_errno(reterr, -errno, "cannot run the stage1's \"%s\"", entrypoint);
}
