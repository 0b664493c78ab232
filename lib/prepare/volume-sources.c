/* SPDX-License-Identifier: Apache-2.0 */

#include "prepare/volume-sources.h"

#include <limits.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "pod/layout.h"
#include "sandbox/volume-source.h"
#include "sandbox/writable-sources.h"

/* Beneath pods/ lies all that apps write to which is no volume of the host. */
static int open_record(Plan *plan, int root, Error *reterr)
{
    char link[FD_PATH_MAX], pods[PATH_MAX];
    ssize_t n = readlink(fd_path(root, link), pods, sizeof(pods) - 1);
    int fd, r;

    if (n < 0)
        return error_set_errno(reterr, -errno, "cannot find the path of the pods");
    pods[n] = '\0';
    if (asprintf(&plan->writable_sources, "%.*s/" LAYOUT_WRITABLE_SOURCES, (int) (strrchr(pods, '/') - pods),
                 pods) < 0) {
        plan->writable_sources = NULL;
        return -ENOMEM;
    }
    fd = writable_sources_open(plan->writable_sources);
    r = fd < 0 ? fd : writable_sources_add(fd, root, pods);
    if (r < 0) {
        (void) safe_close(fd);
        return error_set_errno(reterr, r, "cannot record what apps may write to, in \"%s\"",
                               plan->writable_sources);
    }
    return fd;
}

static int check_source(PlanMount *m, int record, Error *reterr)
{
    _cleanup_close_ int source = -EBADF;
    int r = volume_source_open(m->source, record, &source, reterr);

    if (r == -ENOENT) {
        error_done(reterr);
        return 0;
    }
    if (r < 0)
        return r;
    m->device = volume_source_is_device(source);
    return m->read_only ? 0 : volume_source_record(source, record, reterr);
}

int volume_sources_check(Plan *plan, int root, Error *reterr)
{
    _cleanup_close_ int record = open_record(plan, root, reterr);
    int r = record < 0 ? record : 0;

    for (size_t i = 0; r >= 0 && i < plan->n_apps; i++)
        for (size_t k = 0; r >= 0 && k < plan->apps[i].n_mounts; k++)
            if (plan->apps[i].mounts[k].kind == PLAN_MOUNT_HOST) {
                r = check_source(&plan->apps[i].mounts[k], record, reterr);
                if (r < 0)
                    (void) error_prefix(reterr, r, "app \"%s\"", plan->apps[i].name);
            }
    return r;
}
