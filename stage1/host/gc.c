/* SPDX-License-Identifier: Apache-2.0 */
/* The entrypoint `gc`: what a pod may have left outside of its directory. Its mounts, processes and
 * namespaces end with its init, so that is only a cgroup made without systemd, whose name is in `subcgroup`.
 */

#include "base/file-util.h"
#include "base/string-util.h"
#include "interface.h"
#include "sandbox/cgroup.h"

static int remove_cgroup(Error *reterr)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int root = -EBADF;
    int r = read_one_line_at(AT_FDCWD, STAGE1_SUBCGROUP, &path);

    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = cgroup_open_root(&root);
    if (r >= 0)
        r = cgroup_remove(root, path + strspn(path, "/"));
    return r < 0 ? error_set_errno(reterr, r, "cannot remove the pod's cgroup") : 0;
}

int main(int argc, char *argv[])
{
    _cleanup_error_ Error error = ERROR_INIT;

    (void) argc;
    (void) argv;
    if (remove_cgroup(&error) < 0) {
        error_print(&error, "stage1 gc", false);
        return 1;
    }
    return 0;
}
