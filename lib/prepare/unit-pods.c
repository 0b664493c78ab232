/* SPDX-License-Identifier: Apache-2.0 */
/* Every preparation for a unit looks at all pods, so looking is one call for each. */

#include "unit-pods.h"

#include "base/array.h"
#include "base/log.h"
#include "base/string-util.h"
#include "pod/pod.h"
#include "pod/pod-unit.h"
#include "stage0/pod-cleanup.h"

typedef struct UnitPod {
    char uuid[UUID_LENGTH + 1];
    PodDirectory directory;
} UnitPod;

typedef struct UnitPods {
    int root;
    const GlobalOptions *global;
    const char *unit, *spared;
    Leftovers leftovers;
    UnitPod *pods; /* the unit's, but for the spared one */
    size_t n;
} UnitPods;

static int collect(const char *uuid, PodDirectory directory, void *userdata)
{
    UnitPods *pods = userdata;
    UnitPod *pod;

    if (streq(uuid, pods->spared) || !pod_unit_is(pods->root, directory, uuid, pods->unit))
        return 0;
    pod = ARRAY_APPEND(pods->pods, pods->n);
    if (!pod)
        return -ENOMEM;
    memcpy(pod->uuid, uuid, UUID_LENGTH + 1);
    pod->directory = directory;
    return 0;
}

static bool has_exited(const Pod *pod)
{
    return pod->state == POD_STATE_EXITED || pod->state == POD_STATE_EXITED_GARBAGE;
}

/* When it got where it is: for an exited pod in run/ when it started, which orders them as well. */
static const UnitPod *find_newest_exited(const UnitPods *pods)
{
    const UnitPod *newest = NULL;
    int64_t newest_time = 0, time;

    for (size_t i = 0; i < pods->n; i++) {
        _cleanup_(pod_freep) Pod *pod = NULL;

        if (pod_open_exact(pods->root, pods->pods[i].directory, pods->pods[i].uuid, &pod) < 0 ||
            !has_exited(pod) || pod_marked_time(pod, &time) < 0 || (newest && time <= newest_time))
            continue;
        newest = &pods->pods[i];
        newest_time = time;
    }
    return newest;
}

static void remove_other(UnitPods *pods, const UnitPod *of_unit)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    int r;

    if (pod_open_exact(pods->root, of_unit->directory, of_unit->uuid, &pod) < 0 ||
        (pod->state != POD_STATE_PREPARED && !has_exited(pod)))
        return;
    r = pod_lock(pod);
    if (r >= 0)
        r = pod_discard(pod, pods->global, &pods->leftovers, NULL);
    if (r < 0)
        log_debug("pod %s of %s is left to gc: %s", of_unit->uuid, pods->unit, strerror(-r));
}

void unit_pods_remove_others(int root, const GlobalOptions *global, const char *unit, const char *uuid)
{
    const unsigned mask = POD_MASK(POD_DIRECTORY_PREPARED) | POD_MASK(POD_DIRECTORY_RUN) |
                          POD_MASK(POD_DIRECTORY_EXITED_GARBAGE);
    UnitPods pods = {
        .root = root, .global = global, .unit = unit, .spared = uuid, .leftovers = LEFTOVERS_INIT
    };
    const UnitPod *kept;

    (void) pod_foreach_name(root, mask, collect, &pods, NULL);
    kept = find_newest_exited(&pods);
    for (size_t i = 0; i < pods.n; i++)
        if (&pods.pods[i] != kept)
            remove_other(&pods, &pods.pods[i]);
    leftovers_done(&pods.leftovers);
    free(pods.pods);
}
