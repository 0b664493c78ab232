/* SPDX-License-Identifier: Apache-2.0 */
/* The link's lines: the version of the interface, then the entrypoints in the order of their table, then the
 * flavour; what is not there is empty. */

#include "pod/stage1-entrypoints.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/string-util.h"
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

int stage1_entrypoints_write(const Pod *pod, const char *version,
                             const char *const entrypoints[static _STAGE1_ENTRYPOINT_MAX],
                             const char *flavour, Error *reterr)
{
    _cleanup_buffer_ Buffer b = {};
    _cleanup_free_ char *text = NULL;
    unsigned number;
    int r = stage1_version_parse(version, &number);

    if (r < 0)
        return error_set(reterr, r,
                         "bad " STAGE1_ANNOTATION_INTERFACE_VERSION " of the stage1 image: must be a number");
    buffer_addf(&b, "%u", number);
    for (Stage1Entrypoint e = 0; e < _STAGE1_ENTRYPOINT_MAX; e++) {
        const char *path = entrypoints[e];

        if (path && (*path == '\0' || strchr(path, '\n')))
            return error_set(reterr, -EINVAL, "bad %s of the stage1 image", annotations[e]);
        buffer_addf(&b, "\n%s", path ? path : "");
    }
    buffer_addf(&b, "\n%s", flavour ? flavour : "");
    r = buffer_steal(&b, &text);
    if (r >= 0 && symlinkat(text, pod->fd, POD_STAGE1_ENTRYPOINTS) < 0)
        r = error_set_errno(reterr, -errno, "cannot note the entrypoints of the stage1 image");
    return r;
}

/* The line of that number; missing ones are empty. */
static char *cut_line(char *rest, unsigned number)
{
    char *line;

    do
        line = strsep(&rest, "\n");
    while (line && number-- > 0);
    return line;
}

static int read_link(const Pod *pod, char text[static PATH_MAX])
{
    ssize_t n = readlinkat(pod->fd, POD_STAGE1_ENTRYPOINTS, text, PATH_MAX - 1);

    if (n < 0)
        return errno == ENOENT ? -ENODATA : -errno;
    text[n] = '\0';
    return 0;
}

int stage1_entrypoint_read(const Pod *pod, Stage1Entrypoint entrypoint, char **ret, unsigned *ret_version)
{
    char text[PATH_MAX], *rest = text;
    unsigned version;
    const char *path;
    int r = read_link(pod, text);

    if (r < 0)
        return r;
    if (stage1_version_parse(strsep(&rest, "\n"), &version) < 0)
        return -EBADMSG;
    path = cut_line(rest, entrypoint);
    if (!path || *path == '\0')
        return -ENOENT;
    *ret = string_concat(STAGE1_ROOTFS, *path == '/' ? "" : "/", path);
    *ret_version = version;
    return *ret ? 0 : -ENOMEM;
}

int stage1_flavour_read(const Pod *pod, char **ret)
{
    char text[PATH_MAX];
    const char *flavour;
    int r = read_link(pod, text);

    if (r < 0)
        return r;
    flavour = cut_line(text, 1 + _STAGE1_ENTRYPOINT_MAX);
    *ret = strdup(flavour ? flavour : "");
    return *ret ? 0 : -ENOMEM;
}
