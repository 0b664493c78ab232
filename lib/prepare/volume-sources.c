/* SPDX-License-Identifier: Apache-2.0 */

#include "prepare/volume-sources.h"

#include <limits.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "stage1/layout.h"
#include "sandbox/host-path.h"
#include "sandbox/writable-sources.h"

/* Beneath pods/ lies all that apps write to but the volumes of the host. */
int volume_sources_open_record(int root, int *ret, char **ret_path, Error *reterr)
{
    char link[FD_PATH_MAX], pods[PATH_MAX];
    ssize_t n = readlink(fd_path(root, link), pods, sizeof(pods) - 1);
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int fd = -EBADF;
    int r;

    if (n < 0)
        return error_set_errno(reterr, -errno, "cannot find the path of the pods");
    pods[n] = '\0';
    if (asprintf(&path, "%.*s/" LAYOUT_WRITABLE_SOURCES, (int) (strrchr(pods, '/') - pods), pods) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    fd = writable_sources_open(path);
    r = fd < 0 ? fd : writable_sources_add(fd, root, pods);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot record what apps may write to, in \"%s\"", path);
    *ret = TAKE_FD(fd);
    *ret_path = TAKE_PTR(path);
    return 0;
}

static int check_source(PlanMount *m, int record, Error *reterr)
{
    _cleanup_close_ int source = -EBADF;
    int r = host_path_open("volume source", m->source, record, &source, reterr);

    if (r == -ENOENT) {
        error_done(reterr);
        return 0;
    }
    if (r < 0)
        return r;
    m->device = host_path_is_device(source);
    return m->read_only ? 0 : host_path_record_writable(source, record, reterr);
}

int volume_sources_check(Plan *plan, int record, Error *reterr)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < plan->n_apps; i++)
        for (size_t k = 0; r >= 0 && k < plan->apps[i].n_mounts; k++)
            if (plan->apps[i].mounts[k].kind == PLAN_MOUNT_HOST) {
                r = check_source(&plan->apps[i].mounts[k], record, reterr);
                if (r < 0)
                    (void) error_prefix(reterr, r, "app \"%s\"", plan->apps[i].name);
            }
    return r;
}
