/* SPDX-License-Identifier: Apache-2.0 */

#include "pod/stage1-run.h"

#include <limits.h>
#include <string.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "pod/layout.h"

int stage1_version_parse(const char *annotation, unsigned *ret)
{
    uint64_t version = 1;
    int r = annotation ? parse_u64(annotation, &version) : 0;

    if (r < 0 || version == 0 || version > INT_MAX)
        return -EINVAL;
    *ret = (unsigned) version;
    return 0;
}

int stage1_run_read(const Pod *pod, char **ret_entrypoint, unsigned *ret_version)
{
    _cleanup_strv_ char **lines = NULL;
    _cleanup_free_ char *text = NULL;
    unsigned version;
    int r = read_file_at(pod->fd, POD_STAGE1_RUN, PATH_MAX, &text, NULL);

    if (r >= 0)
        r = strv_split(text, "\n", &lines);
    if (r >= 0)
        r = strv_length(lines) == 0 ? -EBADMSG : stage1_version_parse(lines[1], &version);
    if (r < 0)
        return r;
    *ret_entrypoint = strdup(lines[0]);
    *ret_version = version;
    return *ret_entrypoint ? 0 : -ENOMEM;
}

int stage1_run_format(const char *entrypoint, unsigned version, char **ret)
{
    if (*entrypoint == '\0' || strchr(entrypoint, '\n'))
        return -EINVAL;
    if (asprintf(ret, "%s\n%u\n", entrypoint, version) < 0) {
        *ret = NULL;
        return -ENOMEM;
    }
    return 0;
}
