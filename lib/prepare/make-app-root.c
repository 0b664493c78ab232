/* SPDX-License-Identifier: Apache-2.0 */

#include "make-app-root.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "prepare/copy-tree.h"
#include "prepare/pod-put.h"
#include "stage1/layout.h"

static int plan_overlay(PlanRoot *root, const char *app, const AppImage *image)
{
    int r = strv_extendf(&root->layers, "%s/rootfs", image->tree_path);

    root->kind = PLAN_ROOT_OVERLAY;
    root->upper = string_concat(POD_OVERLAY "/", image->tree_id, "/upper/", app);
    root->work = string_concat(POD_OVERLAY "/", image->tree_id, "/work/", app);
    return r < 0 ? r : root->upper && root->work ? 0 : -ENOMEM;
}

static int plan_copy(PlanRoot *root, const char *app)
{
    root->kind = PLAN_ROOT_COPY;
    root->copy = string_concat(POD_STAGE2 "/", app, "/" POD_APP_ROOTFS);
    return root->copy ? 0 : -ENOMEM;
}

int app_root_plan(PlanApp *app, const AppImage *image, bool overlay)
{
    return overlay ? plan_overlay(&app->root, app->name, image) : plan_copy(&app->root, app->name);
}

/* The top of an overlay shows the owner and mode of its upper directory, so that has the topmost layer's. */
static int make_overlay(const Pod *pod, const PlanRoot *root, Error *reterr)
{
    const char *topmost = root->layers[0];
    struct stat st;
    int r = pod_put_closed_directory(pod, POD_OVERLAY, reterr);

    if (r >= 0)
        r = pod_put_directories(pod, root->upper, reterr);
    if (r >= 0)
        r = pod_put_directories(pod, root->work, reterr);
    if (r < 0)
        return r;
    if (stat(topmost, &st) < 0 || fchownat(pod->fd, root->upper, st.st_uid, st.st_gid, 0) < 0 ||
        fchmodat(pod->fd, root->upper, st.st_mode & 07777, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot make \"%s\" like \"%s\"", root->upper, topmost);
    return 0;
}

/* Beneath what stage1 has brought; the directory may be its own. */
static int open_stage2(const Pod *pod, Error *reterr)
{
    _cleanup_close_ int stage2 = -EBADF;
    int r = pod_put_directories(pod, POD_STAGE2, reterr);

    if (r < 0)
        return r;
    stage2 = open_without_links(pod->fd, POD_STAGE2, O_RDONLY | O_DIRECTORY);
    if (stage2 < 0 || fchmod(stage2, 0700) < 0)
        return error_set_errno(reterr, stage2 < 0 ? stage2 : -errno, "cannot close \"" POD_STAGE2 "\"");
    return TAKE_FD(stage2);
}

static int make_copy(const Pod *pod, const char *name, const AppImage *image, Error *reterr)
{
    static const char links[] = "links";
    _cleanup_free_ char *rootfs = string_concat(image->tree_path, "/rootfs");
    _cleanup_close_ int stage2 = -EBADF, app = -EBADF, to = -EBADF, scratch = -EBADF, from = -EBADF;
    int r;

    if (!rootfs)
        return -ENOMEM;
    stage2 = open_stage2(pod, reterr);
    if (stage2 < 0)
        return stage2;
    from = open(rootfs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r = from < 0 ? -errno : make_directory(stage2, name, &app);
    if (r >= 0)
        r = make_directory(app, POD_APP_ROOTFS, &to);
    if (r >= 0)
        r = make_directory(app, links, &scratch);
    if (r >= 0)
        r = copy_tree(from, to, scratch, reterr);
    if (r >= 0)
        r = remove_tree_at(app, links);
    if (r >= 0)
        r = write_file_at(app, POD_APP_MANIFEST, image->manifest_text, image->manifest_size, 0644, 0);
    return r < 0 ? error_prefix(reterr, r, "cannot copy \"%s\"", rootfs) : 0;
}

int app_root_make(const Pod *pod, const PlanApp *app, const AppImage *image, Error *reterr)
{
    return app->root.kind == PLAN_ROOT_OVERLAY ? make_overlay(pod, &app->root, reterr)
                                               : make_copy(pod, app->name, image, reterr);
}
