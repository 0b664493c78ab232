/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-unit.h"

#include <string.h>
#include <unistd.h>

#include "base/string-util.h"
#include "pod/layout.h"

int pod_unit_write(const Pod *pod, const char *unit, Error *reterr)
{
    if (*unit == '\0' || strlen(unit) >= POD_UNIT_MAX)
        return error_set(reterr, -EINVAL, "\"%s\": not the name of a unit", unit);
    return symlinkat(unit, pod->fd, POD_UNIT) < 0
                   ? error_set_errno(reterr, -errno, "cannot note the unit \"%s\"", unit)
                   : 0;
}

static int read_unit(int dir, const char *path, char ret[static POD_UNIT_MAX])
{
    ssize_t n = readlinkat(dir, path, ret, POD_UNIT_MAX);

    if (n < 0)
        return -errno;
    if (n == POD_UNIT_MAX)
        return -ENAMETOOLONG;
    ret[n] = '\0';
    return 0;
}

int pod_unit_read(const Pod *pod, char ret[static POD_UNIT_MAX])
{
    return read_unit(pod->fd, POD_UNIT, ret);
}

bool pod_unit_is(int root, PodDirectory directory, const char *uuid, const char *unit)
{
    char path[sizeof("exited-garbage//" POD_UNIT) + UUID_LENGTH], found[POD_UNIT_MAX];

    (void) snprintf(path, sizeof(path), "%s/%s/" POD_UNIT, pod_directory_to_string(directory), uuid);
    return read_unit(root, path, found) >= 0 && streq(found, unit);
}
