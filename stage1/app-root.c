/* SPDX-License-Identifier: Apache-2.0 */

#include "app-root.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "stage1/layout.h"
#include "sandbox/mount.h"
#include "sandbox/host-path.h"
#include "sandbox/writable-sources.h"

int app_root_mount(const PlanApp *app, uint64_t attributes, int idmap, int *ret, Error *reterr)
{
    const PlanRoot *root = &app->root;
    int r = -EINVAL;

    switch (root->kind) {
    case PLAN_ROOT_OVERLAY:
        if (idmap >= 0)
            return error_set(reterr, -EOPNOTSUPP,
                             "the root of app %s is an overlay, whose owners can't be mapped", app->name);
        return mount_overlay(root->layers, root->upper, root->work, attributes, ret, reterr);
    case PLAN_ROOT_COPY: r = mount_clone(AT_FDCWD, root->copy, false, attributes, ret); break;
    case PLAN_ROOT_NONE: break;
    }
    if (r >= 0)
        r = mount_map_owners(*ret, idmap, false);
    return r < 0 ? error_set_errno(reterr, r, "cannot mount the root of app %s", app->name) : 0;
}

int app_root_make_missing(int rootfs, Error *reterr)
{
    _cleanup_close_ int etc = open_in_root(rootfs, "/etc", O_PATH | O_DIRECTORY, 0);

    if (mkdirat(rootfs, "tmp", 01777) >= 0 && fchmodat(rootfs, "tmp", 01777, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot make /tmp");
    if (etc >= 0 && symlinkat("../proc/self/mounts", etc, "mtab") < 0 && errno != EEXIST)
        return error_set_errno(reterr, -errno, "cannot link /etc/mtab");
    return 0;
}

int app_root_open_record(const Plan *plan, int *ret, Error *reterr)
{
    int fd = plan->writable_sources ? writable_sources_open(plan->writable_sources) : -ENOENT;

    if (fd < 0)
        return error_set_errno(reterr, fd, "cannot open the record of what apps may write to");
    *ret = fd;
    return 0;
}

int app_root_open_source(const PlanMount *m, int record, int *ret, Error *reterr)
{
    _cleanup_close_ int source = -EBADF;
    int r = host_path_open("volume source", m->source, record, &source, reterr);

    if (r >= 0 && !m->device && host_path_is_device(source))
        return error_set(reterr, -EPERM,
                         "volume source \"%s\" is a device, which it was not when the pod was prepared: "
                         "prepare the pod again if its apps are to have it",
                         m->source);
    if (r >= 0 && !m->read_only)
        r = host_path_record_writable(source, record, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_FD(source);
    return 0;
}

int app_root_clone_file(const char *mode, const char *of_host, const char *of_stage0, int record, int *ret,
                        Error *reterr)
{
    const uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    _cleanup_close_ int source = -EBADF;
    int r = 0;

    if (streq(mode, "stage0"))
        r = mount_clone(AT_FDCWD, of_stage0, false, attributes, ret);
    else if (streq(mode, "host")) {
        r = host_path_open("the host's file", of_host, record, &source, reterr);
        if (r < 0)
            return r;
        r = mount_clone(source, "", false, attributes | MOUNT_ATTR_RDONLY, ret);
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot give the apps \"%s\"",
                                   streq(mode, "host") ? of_host : of_stage0)
                 : 0;
}
