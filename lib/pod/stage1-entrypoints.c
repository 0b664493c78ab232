/* SPDX-License-Identifier: Apache-2.0 */

#include "pod/stage1-entrypoints.h"

#include <limits.h>

#include "base/record.h"
#include "stage1/layout.h"
#include "stage1/interface.h"

static const char *const annotations[_STAGE1_ENTRYPOINT_MAX] = {
    [STAGE1_ENTRYPOINT_RUN] = STAGE1_ANNOTATION_RUN,
    [STAGE1_ENTRYPOINT_ENTER] = STAGE1_ANNOTATION_ENTER,
    [STAGE1_ENTRYPOINT_GC] = STAGE1_ANNOTATION_GC,
    [STAGE1_ENTRYPOINT_STOP] = STAGE1_ANNOTATION_STOP,
};

const char *stage1_entrypoint_annotation(Stage1Entrypoint entrypoint)
{
    return annotations[entrypoint];
}

int stage1_version_parse(const char *annotation, unsigned *ret)
{
    uint64_t version = 1;
    int r = annotation ? parse_u64(annotation, &version) : 0;

    if (r < 0 || version == 0 || version > INT_MAX)
        return -EINVAL;
    *ret = (unsigned) version;
    return 0;
}

static const RecordField fields[] = {
    { "interface-version", RECORD_U32, offsetof(Stage1Entrypoints, version) },
    { "run", RECORD_STRING, offsetof(Stage1Entrypoints, paths[STAGE1_ENTRYPOINT_RUN]) },
    { "enter", RECORD_STRING, offsetof(Stage1Entrypoints, paths[STAGE1_ENTRYPOINT_ENTER]) },
    { "gc", RECORD_STRING, offsetof(Stage1Entrypoints, paths[STAGE1_ENTRYPOINT_GC]) },
    { "stop", RECORD_STRING, offsetof(Stage1Entrypoints, paths[STAGE1_ENTRYPOINT_STOP]) },
    { "flavour", RECORD_STRING, offsetof(Stage1Entrypoints, flavour) },
    {},
};

void stage1_entrypoints_done(Stage1Entrypoints *entrypoints)
{
    record_done(fields, entrypoints);
}

int stage1_entrypoints_write(const Pod *pod, const Stage1Entrypoints *entrypoints, Error *reterr)
{
    int r;

    for (Stage1Entrypoint e = 0; e < _STAGE1_ENTRYPOINT_MAX; e++)
        if (entrypoints->paths[e] && *entrypoints->paths[e] == '\0')
            return error_set(reterr, -EINVAL, "bad %s of the stage1 image", annotations[e]);
    r = record_write_link(pod->fd, POD_STAGE1_ENTRYPOINTS, fields, entrypoints);
    return r < 0 ? error_set_errno(reterr, r, "cannot note the entrypoints of the stage1 image") : 0;
}

int stage1_entrypoints_read(const Pod *pod, Stage1Entrypoints *ret)
{
    int r = record_read_link(pod->fd, POD_STAGE1_ENTRYPOINTS, fields, ret);

    if (r >= 0 && ret->version > 0)
        return 0;
    stage1_entrypoints_done(ret);
    return r == -ENOENT || r == -EBADMSG || r >= 0 ? -ENODATA : r;
}

int stage1_entrypoint_path(const Stage1Entrypoints *entrypoints, Stage1Entrypoint entrypoint, char **ret,
                           Error *reterr)
{
    const char *path = entrypoints->paths[entrypoint];

    if (!path)
        return error_set(reterr, -ENOENT, "the pod's stage1 has no entrypoint %s", annotations[entrypoint]);
    *ret = string_concat(STAGE1_ROOTFS, *path == '/' ? "" : "/", path);
    return *ret ? 0 : -ENOMEM;
}
