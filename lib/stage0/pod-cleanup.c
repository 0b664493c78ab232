/* SPDX-License-Identifier: Apache-2.0 */
/* The order: everything outside of the directory first (machine, cgroup, stage1's gc, journal), the
 * directory last. So an interrupted clean-up is repeated as a whole, and finished steps find nothing to do.
 * Mounts keep a directory from being removed, so they are looked for only if that fails. */

#include "pod-cleanup.h"

#include <limits.h>
#include <string.h>
#include <sys/mount.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/call.h"
#include "base/string-util.h"
#include "stage0/entrypoint.h"
#include "stage1/interface.h"
#include "journal/namespace.h"
#include "journal/owner.h"
#include "stage0/original-networks.h"
#include "stage1/layout.h"
#include "pod/pod-status.h"
#include "pod/pod-unit.h"
#include "rkt-config.h"
#include "sandbox/cgroup.h"
#include "sandbox/mount-table.h"
#include "sd/runtime.h"
#include "unit/machine-name.h"

/* ----- Machine and journal ----- */

int run_unregister(const char *option, const char *value)
{
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_strv_ char **argv = NULL;
    int r;

    if (strv_extend(&argv, "rkt-register") < 0 || strv_extend(&argv, "--unregister") < 0 ||
        strv_extendf(&argv, "--%s=%s", option, value) < 0)
        return -ENOMEM;
    r = call_run(&(Call){ CALL_INIT, .path = RKT_LIBEXECDIR "/rkt-register", .argv = argv }, &error);
    if (r < 0)
        log_warning("cannot unregister %s: %s", value,
                    error_cause(&error) ? error_cause(&error) : strerror(-r));
    return r;
}

static bool id_is_uuid(const char *id, const char *uuid)
{
    for (; *uuid; uuid++)
        if (*uuid != '-' && *id++ != *uuid)
            return false;
    return *id == ' ';
}

static int note(char ***list, const char *owner, const char *name)
{
    return strv_extendf(list, "%s %s", owner, name);
}

static int note_machine(const RuntimeMachine *machine, void *userdata)
{
    return streq(machine->service, "rkt") ? note(userdata, machine->id, machine->name) : 0;
}

static int note_journal(const char *name, const char *owner, int directory _unused_, void *userdata)
{
    return note(userdata, owner, name);
}

void leftovers_done(Leftovers *leftovers)
{
    strv_free(leftovers->machines);
    strv_free(leftovers->journals);
    (void) safe_close(leftovers->cgroups);
    *leftovers = LEFTOVERS_INIT;
}

void pod_unregister(const Pod *pod, Leftovers *leftovers)
{
    if (!leftovers->machines_known)
        leftovers->machines_known = runtime_machine_foreach(note_machine, &leftovers->machines) >= 0;
    STRV_FOREACH (machine, leftovers->machines)
        if (id_is_uuid(*machine, pod->uuid))
            (void) run_unregister("machine-name", strchr(*machine, ' ') + 1);
}

/* Stops what is left of a pod whose rkt-register was killed while systemd made the scope. */
static void stop_scope(const Pod *pod)
{
    char scope[MACHINE_SCOPE_NAME_MAX];

    if (runtime_unit_is_active(machine_scope_name(pod->uuid, scope)))
        (void) run_unregister("uuid", pod->uuid);
}

int journal_namespace_discard(const char *name, const char *owner)
{
    _cleanup_close_ int held = journal_namespace_hold(name, owner);
    char unit[JOURNAL_UNIT_MAX];

    if (held < 0)
        return held == -ENOENT ? 0 : held;
    if (runtime_unit_is_active(journal_namespace_unit(name, unit))) {
        int r = run_unregister("journal-namespace", name);

        if (r < 0)
            return r;
    }
    return journal_namespace_remove(name);
}

/* A declared pod's journal belongs to its unit, and outlives each of its pods. */
static int discard_journal(const Pod *pod, Leftovers *leftovers, Error *reterr)
{
    char unit[POD_UNIT_MAX];
    int r = 0;

    if (pod_unit_read(pod, unit) >= 0)
        return 0;
    if (!leftovers->journals_known)
        r = journal_namespace_foreach(note_journal, &leftovers->journals);
    leftovers->journals_known = r >= 0;
    STRV_FOREACH (journal, leftovers->journals) {
        const char *name = startswith(*journal, pod->uuid);

        if (r >= 0 && name && *name == ' ')
            r = journal_namespace_discard(name + 1, pod->uuid);
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot remove the journal of pod \"%s\"", pod->uuid) : 0;
}

/* ----- Stage1's own gc ----- */

static int build_gc_command(const Pod *pod, const GlobalOptions *global, const char *entrypoint,
                            unsigned version, char ***ret)
{
    _cleanup_strv_ char **argv = NULL;

    if (strv_extend(&argv, entrypoint) < 0 || (global->debug && strv_extend(&argv, "--debug") < 0) ||
        (version >= STAGE1_SINCE_GC_LOCAL_CONFIG &&
         strv_extendf(&argv, "--local-config=%s", global->local_config) < 0) ||
        strv_extend(&argv, pod->uuid) < 0)
        return -ENOMEM;
    *ret = TAKE_PTR(argv);
    return 0;
}

static void run_stage1_gc(const Pod *pod, const GlobalOptions *global)
{
    _cleanup_free_ char *entrypoint = NULL;
    _cleanup_close_ int program = -EBADF;
    _cleanup_strv_ char **argv = NULL;
    unsigned version;
    int r;

    r = pod_stage1_entrypoint(pod, STAGE1_ENTRYPOINT_GC, &entrypoint, &version, NULL);
    if (r == -ENOENT)
        return;
    if (r >= 0)
        r = entrypoint_open(pod, entrypoint, &program, NULL);
    /* The original's stage1 was on an overlay, which is gone. */
    if (r == -ENOENT) {
        log_debug("pod \"%s\": its stage1 is not there any more", pod->uuid);
        original_networks_release(pod);
        return;
    }
    if (r >= 0)
        r = build_gc_command(pod, global, entrypoint, version, &argv);
    if (r >= 0)
        r = entrypoint_run(pod, program, entrypoint, argv);
    if (r == -ETIMEDOUT)
        log_warning("pod \"%s\": the stage1's gc did not end within %d s", pod->uuid, STAGE1_TIMEOUT_S);
    else if (r < 0)
        log_warning("pod \"%s\": cannot run the stage1's gc: %s", pod->uuid, strerror(-r));
    else if (r > 0)
        log_warning("pod \"%s\": the stage1's gc ended with exit status %d", pod->uuid, r);
}

/* ----- Cgroup ----- */

enum { CGROUP_TRIES = 200, CGROUP_PAUSE_US = 10000 };

/* Only a cgroup that was made for this pod, and has its name, may be emptied: without systemd it may belong
 * to others. */
static int remove_cgroup(const Pod *pod, Leftovers *leftovers, Error *reterr)
{
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int cgroup = -EBADF;
    int *root = &leftovers->cgroups;
    const char *name;
    int r;

    if (read_one_line_at(pod->fd, STAGE1_SUBCGROUP, &path) < 0)
        return 0;
    name = strrchr(path, '/');
    if (!name || !strstr(name, pod->uuid) || (*root < 0 && cgroup_open_root(root) < 0))
        return 0;
    cgroup = open_beneath(*root, path + 1, O_RDONLY | O_DIRECTORY, 0);
    if (cgroup < 0)
        return 0;
    r = cgroup_kill(cgroup);
    if (r >= 0)
        r = cgroup_remove(*root, path + 1);
    /* The killed processes end in a moment. */
    for (unsigned i = 0; r == -EBUSY && i < CGROUP_TRIES; i++) {
        (void) usleep(CGROUP_PAUSE_US);
        r = cgroup_remove(*root, path + 1);
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot remove the cgroup \"%s\"", path) : 0;
}

/* ----- Mounts ----- */

/* Detached, because a process that still uses a mount must not keep the pod. */
static int unmount_all(const Pod *pod, Error *reterr)
{
    _cleanup_mount_table_ MountTable mounts = { 0 };
    char link[FD_PATH_MAX], path[PATH_MAX];
    ssize_t n;
    int r;

    n = readlink(fd_path(pod->fd, link), path, sizeof(path) - 1);
    if (n < 0)
        return error_set_errno(reterr, -errno, "cannot find pod \"%s\"", pod->uuid);
    path[n] = '\0';
    r = mount_table_read(&mounts);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot list the mounts of pod \"%s\"", pod->uuid);
    for (size_t i = mounts.n; i-- > 0;) {
        const char *point = mounts.entries[i].point, *below = startswith(point, path);

        /* EINVAL, ENOENT: it was removed with the mount above it. */
        if (below && *below == '/' && umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL &&
            errno != ENOENT)
            return error_set_errno(reterr, -errno, "cannot unmount \"%s\"", point);
    }
    return 0;
}

/* ----- The whole pod ----- */

/* The next directory of a pod on its way to removal, by its present one. */
static const PodDirectory way_out[_POD_DIRECTORY_MAX] = {
    [POD_DIRECTORY_EMBRYO] = POD_DIRECTORY_GARBAGE,
    [POD_DIRECTORY_PREPARE] = POD_DIRECTORY_GARBAGE,
    [POD_DIRECTORY_PREPARED] = POD_DIRECTORY_GARBAGE,
    [POD_DIRECTORY_RUN] = POD_DIRECTORY_EXITED_GARBAGE,
    [POD_DIRECTORY_EXITED_GARBAGE] = POD_DIRECTORY_EXITED_GARBAGE,
    [POD_DIRECTORY_GARBAGE] = POD_DIRECTORY_GARBAGE,
};

int pod_discard(Pod *pod, const GlobalOptions *global, Leftovers *leftovers, Error *reterr)
{
    PodDirectory next = way_out[pod->directory];
    int r = next != pod->directory ? pod_move(pod, next, reterr) : 0;

    if (r >= 0 && pod->directory == POD_DIRECTORY_EXITED_GARBAGE) {
        pod_unregister(pod, leftovers);
        stop_scope(pod);
        r = remove_cgroup(pod, leftovers, reterr);
        if (r >= 0)
            run_stage1_gc(pod, global);
    }
    if (r >= 0)
        r = discard_journal(pod, leftovers, reterr);
    if (r < 0 || pod_remove(pod, NULL) >= 0)
        return r;
    r = unmount_all(pod, reterr);
    return r < 0 ? r : pod_remove(pod, reterr);
}
