/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a stage1 of ours are linked. Those of any other are copied, because it may write to them. */

#include "put-stage1.h"

#include <fcntl.h>

#include "base/fd-util.h"
#include "pod/stage1-entrypoints.h"
#include "pod/stage1-network.h"
#include "prepare/copy-tree.h"
#include "prepare/link-tree.h"
#include "prepare/pod-put.h"
#include "stage1/interface.h"
#include "stage1/layout.h"

bool stage1_image_has_plan(const AppImage *stage1)
{
    return name_value_list_get(&stage1->manifest->annotations, STAGE1_ANNOTATION_PLAN);
}

const char *stage1_image_flavour(const AppImage *stage1)
{
    return stage1_image_has_plan(stage1) ? stage1_flavour(stage1->manifest->name) : NULL;
}

static int put_entrypoints(const Pod *pod, const AppImage *stage1, Error *reterr)
{
    const NameValueList *annotations = &stage1->manifest->annotations;
    Stage1Entrypoints entrypoints = { .flavour = (char *) stage1_image_flavour(
                                              stage1) }; /* nothing of it is owned */
    int r = stage1_version_parse(name_value_list_get(annotations, STAGE1_ANNOTATION_INTERFACE_VERSION),
                                 &entrypoints.version);

    if (r < 0)
        return error_set(reterr, r,
                         "bad " STAGE1_ANNOTATION_INTERFACE_VERSION " of the stage1 image: must be a number");
    for (Stage1Entrypoint e = 0; e < _STAGE1_ENTRYPOINT_MAX; e++)
        entrypoints.paths[e] = (char *) name_value_list_get(annotations, stage1_entrypoint_annotation(e));
    return stage1_entrypoints_write(pod, &entrypoints, reterr);
}

static int copy_stage1(const Pod *pod, int from, int to, Error *reterr)
{
    static const char links[] = POD_STAGE1 "/links";
    _cleanup_close_ int scratch = -EBADF;
    int r = make_directory(pod->fd, links, &scratch);

    if (r >= 0)
        r = copy_tree(from, to, scratch, reterr);
    return r < 0 ? r : remove_tree_at(pod->fd, links);
}

static int put_stage1_rootfs(const Pod *pod, const AppImage *stage1, Error *reterr)
{
    _cleanup_close_ int tree = open(stage1->tree_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), from = -EBADF,
                        to = -EBADF;
    int r;

    if (tree >= 0)
        from = openat(tree, "rootfs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    to = openat(pod->fd, STAGE1_ROOTFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (from < 0 || to < 0)
        r = -errno;
    else if (stage1_image_has_plan(stage1))
        r = link_tree(from, to);
    else
        r = copy_stage1(pod, from, to, reterr);
    return r < 0 ? error_prefix(reterr, r, "cannot take over the stage1 in \"%s\"", stage1->tree_path) : 0;
}

int stage1_put(const Pod *pod, const AppImage *stage1, Error *reterr)
{
    int r = pod_put_directories(pod, STAGE1_ROOTFS, reterr);

    if (r >= 0)
        r = pod_put_file(pod, POD_STAGE1_MANIFEST, stage1->manifest_text, stage1->manifest_size, 0644,
                         reterr);
    if (r >= 0)
        r = pod_put_text(pod, POD_STAGE1_TREE_ID, stage1->tree_id, reterr);
    if (r >= 0)
        r = put_entrypoints(pod, stage1, reterr);
    if (r >= 0)
        r = put_stage1_rootfs(pod, stage1, reterr);
    if (r < 0)
        return r;
    return pod_put_directories(pod, STAGE1_STATUS, reterr);
}
