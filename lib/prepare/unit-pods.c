/* SPDX-License-Identifier: Apache-2.0 */
/* Every preparation for a unit looks at all pods, so looking is one failing open for those of others. */

#include "unit-pods.h"

#include <string.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "base/uuid.h"
#include "pod/layout.h"
#include "pod/pod.h"
#include "pod/pod-status.h"
#include "rkt-config.h"
#include "stage1/interface.h"

typedef struct UnitPods {
    int root;
    const GlobalOptions *global;
    const char *unit, *spared;
    char newest[UUID_LENGTH + 1]; /* the exited pod that is kept; "": none */
    struct timespec newest_time;
} UnitPods;

static bool is_of_unit(const UnitPods *pods, const char *uuid, PodDirectory directory)
{
    char path[sizeof("exited-garbage//" POD_UNIT) + UUID_LENGTH];
    _cleanup_free_ char *unit = NULL;

    (void) snprintf(path, sizeof(path), "%s/%s/" POD_UNIT, pod_directory_to_string(directory), uuid);
    return read_one_line_at(pods->root, path, &unit) >= 0 && streq(unit, pods->unit);
}

static bool has_exited(const Pod *pod)
{
    return pod->state == POD_STATE_EXITED || pod->state == POD_STATE_EXITED_GARBAGE;
}

/* When it got where it is: for an exited pod in run/ when it started, which orders them as well. */
static int find_newest(const char *uuid, PodDirectory directory, void *userdata)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    UnitPods *pods = userdata;
    struct timespec time;

    if (streq(uuid, pods->spared) || !is_of_unit(pods, uuid, directory) ||
        pod_open_exact(pods->root, directory, uuid, &pod) < 0 || !has_exited(pod) ||
        pod_marked_time(pod, &time) < 0)
        return 0;
    if (*pods->newest == '\0' || time.tv_sec > pods->newest_time.tv_sec ||
        (time.tv_sec == pods->newest_time.tv_sec && time.tv_nsec > pods->newest_time.tv_nsec)) {
        memcpy(pods->newest, uuid, UUID_LENGTH + 1);
        pods->newest_time = time;
    }
    return 0;
}

/* Nothing outside of its directory: no cgroup that is not a unit's, no stage1 that wants to clean up. */
static bool is_all_in_its_directory(const Pod *pod)
{
    _cleanup_free_ char *entrypoint = NULL;

    return pod->directory == POD_DIRECTORY_PREPARED ||
           (faccessat(pod->fd, STAGE1_SUBCGROUP, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
            pod_stage1_entrypoint(pod, STAGE1_ANNOTATION_GC, &entrypoint, NULL) < 0);
}

static int spawn_rm(const UnitPods *pods, const char *uuid)
{
    _cleanup_close_ int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    _cleanup_strv_ char **argv = NULL;
    int r;

    options.fds[1] = null;
    r = strv_extend(&argv, "rkt-rm");
    if (r >= 0)
        r = global_options_to_strv(pods->global, &argv);
    if (r >= 0)
        r = strv_extend(&argv, uuid);
    if (r >= 0)
        r = spawn_and_wait(RKT_LIBEXECDIR "/rkt-rm", argv, &options);
    return r > 0 ? -EIO : r;
}

static int remove_pod(const UnitPods *pods, Pod *pod)
{
    int r;

    if (!is_all_in_its_directory(pod))
        return spawn_rm(pods, pod->uuid);
    r = pod_lock(pod);
    if (r >= 0 && pod->directory == POD_DIRECTORY_RUN)
        r = pod_move(pod, POD_DIRECTORY_EXITED_GARBAGE, NULL);
    else if (r >= 0 && pod->directory == POD_DIRECTORY_PREPARED)
        r = pod_move(pod, POD_DIRECTORY_GARBAGE, NULL);
    return r < 0 ? r : pod_remove(pod, NULL);
}

static int remove_other(const char *uuid, PodDirectory directory, void *userdata)
{
    _cleanup_(pod_freep) Pod *pod = NULL;
    const UnitPods *pods = userdata;
    int r;

    if (streq(uuid, pods->spared) || streq(uuid, pods->newest) || !is_of_unit(pods, uuid, directory))
        return 0;
    if (pod_open_exact(pods->root, directory, uuid, &pod) < 0 ||
        (pod->state != POD_STATE_PREPARED && !has_exited(pod)))
        return 0;
    r = remove_pod(pods, pod);
    if (r < 0)
        log_debug("pod %s of %s is left to gc: %s", uuid, pods->unit, strerror(-r));
    return 0;
}

void unit_pods_remove_others(int root, const GlobalOptions *global, const char *unit, const char *uuid)
{
    const unsigned exited = POD_MASK(POD_DIRECTORY_RUN) | POD_MASK(POD_DIRECTORY_EXITED_GARBAGE);
    UnitPods pods = { .root = root, .global = global, .unit = unit, .spared = uuid };

    (void) pod_foreach_name(root, exited, find_newest, &pods, NULL);
    (void) pod_foreach_name(root, exited | POD_MASK(POD_DIRECTORY_PREPARED), remove_other, &pods, NULL);
}
