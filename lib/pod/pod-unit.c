/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-unit.h"

#include <string.h>
#include <unistd.h>

#include "base/string-util.h"
#include "stage1/layout.h"

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

/* ----- The pod of a declared one ----- */

typedef struct Candidate {
    int root;
    char unit[POD_UNIT_MAX];
    char uuid[UUID_LENGTH + 1]; /* the best so far, or "" */
    int rank;
    int64_t time_ns;
} Candidate;

static int rank_of(PodState state)
{
    switch (state) {
    case POD_STATE_RUNNING: return 2;
    case POD_STATE_PREPARING:
    case POD_STATE_PREPARED: return 1;
    default: return 0;
    }
}

static int consider(const char *uuid, PodDirectory directory, void *userdata)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    Candidate *best = userdata;
    int64_t time_ns;
    int rank;

    if (!pod_unit_is(best->root, directory, uuid, best->unit) ||
        pod_open_exact(best->root, directory, uuid, &pod) < 0 || pod_marked_time(pod, &time_ns) < 0)
        return 0;
    rank = rank_of(pod->state);
    if (*best->uuid && (rank < best->rank || (rank == best->rank && time_ns <= best->time_ns)))
        return 0;
    memcpy(best->uuid, pod->uuid, sizeof(best->uuid));
    best->rank = rank;
    best->time_ns = time_ns;
    return 0;
}

int pod_unit_find(int root, const char *name, char ret[static UUID_LENGTH + 1], Error *reterr)
{
    Candidate best = { .root = root };
    int r;

    if ((size_t) snprintf(best.unit, sizeof(best.unit), "rkt-%s.service", name) >= sizeof(best.unit))
        return -ENOENT;
    r = pod_foreach_name(root, POD_MASK_MOST, consider, &best, reterr);
    if (r < 0)
        return r;
    if (!*best.uuid)
        return -ENOENT;
    memcpy(ret, best.uuid, sizeof(best.uuid));
    return 0;
}
