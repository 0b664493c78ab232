/* SPDX-License-Identifier: Apache-2.0 */

#include "app-root.h"

#include <fcntl.h>

#include "base/string-util.h"
#include "sandbox/mount.h"

/* ".../<tree id>/rootfs" -> "<tree id>" */
static char *tree_id(const char *tree)
{
    const char *end = strrchr(tree, '/'), *begin = end;

    if (!end)
        return NULL;
    while (begin > tree && begin[-1] != '/')
        begin--;
    return strndup(begin, (size_t) (end - begin));
}

int app_root_mount(const Plan *plan, const PlanApp *app, uint64_t attributes, int *ret, Error *reterr)
{
    _cleanup_free_ char *id = tree_id(app->tree), *upper = NULL, *work = NULL;

    if (!plan->overlay) {
        int r = mount_clone(AT_FDCWD, app->tree, false, attributes, ret);

        return r < 0 ? error_set_errno(reterr, r, "cannot mount the root of app %s", app->name) : 0;
    }
    if (!id || asprintf(&upper, "overlay/%s/upper/%s", id, app->name) < 0 ||
        asprintf(&work, "overlay/%s/work/%s", id, app->name) < 0)
        return -ENOMEM;
    return mount_overlay(app->tree, upper, work, attributes, ret, reterr);
}

int app_root_clone_file(const char *mode, const char *of_host, const char *of_stage0, int *ret, Error *reterr)
{
    const uint64_t attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    const char *path = streq(mode, "host") ? of_host : streq(mode, "stage0") ? of_stage0 : NULL;
    int r = path ? mount_clone(AT_FDCWD, path, false, attributes | (path == of_host ? MOUNT_ATTR_RDONLY : 0),
                               ret)
                 : 0;

    return r < 0 ? error_set_errno(reterr, r, "cannot give the apps \"%s\"", path) : 0;
}
