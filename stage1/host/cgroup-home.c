/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's cgroups. Where the cgroup is ours to divide: `rkt.init` for the pod's init, one for each app, named
 * after it. A cgroup namespace is made in the pod's own cgroup, by us before we leave it, or by a child, so
 * that this is the root the pod sees.
 *
 * Writing to cgroup.procs waits for all processors of the machine (milliseconds); being cloned into a cgroup
 * does not. As a unit's process we must leave the unit's own cgroup before it can be divided. systemd has
 * just moved us there, which makes this move cheap. Without systemd nothing is moved. Enabling a controller
 * waits, too, once there is a process below; so without systemd it is enabled only if a limit needs it.
 *
 * A program on the app's cgroup refuses devices, so a cgroup2 tree is always needed. In a unit without
 * Delegate= there is only the unit's cgroup: the program is attached there, and a limit of a single app is an
 * error. */

#include "cgroup-home.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/string-util.h"
#include "base/uuid.h"
#include "host.h"
#include "stage1/layout.h"
#include "sandbox/cgroup.h"
#include "sandbox/device.h"
#include "sandbox/linger.h"
#include "sandbox/mount.h"
#include "service-process.h"

/* Is the innermost unit of this cgroup path a service? */
static bool is_in_service(const char *path)
{
    _cleanup_strv_ char **parts = NULL;
    bool service = false;

    if (strv_split(path, "/", &parts) < 0)
        return false;
    STRV_FOREACH (part, parts)
        if (endswith(*part, ".service"))
            service = true;
        else if (endswith(*part, ".scope") || endswith(*part, ".slice"))
            service = false;
    return service;
}

/* The pod of a service's main process may have the unit. A pod of any other process there (a script's, an
 * ExecStartPre='s) gets a scope: machined stops the unit of a machine, and a unit has but one machine. */
int cgroups_find(PodCgroups *cgroups, const PodSettings *pod, Error *reterr)
{
    int r = cgroup_open_pid(0, &cgroups->own, &cgroups->path);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot find our cgroup; is a cgroup2 file system mounted?");
    if (!pod->systemd)
        cgroups->home = CGROUP_HOME_BARE;
    else if (!is_in_service(cgroups->path) || !service_process_is_main(cgroups->path, pod->plan->unit))
        cgroups->home = CGROUP_HOME_SCOPE;
    else
        cgroups->home = cgroup_is_delegated(cgroups->own) > 0 ? CGROUP_HOME_DELEGATED : CGROUP_HOME_UNIT;
    return 0;
}

/* A device that is one of the app's volumes can be opened: what is mounted says which. */
static size_t volume_rules(const AppParts *app, DeviceRule *rules, size_t room)
{
    size_t n = 0;

    for (size_t i = 0; i < app->plan->n_mounts && n < room; i++) {
        const PlanMount *m = &app->plan->mounts[i];
        struct stat st;

        if (m->kind == PLAN_MOUNT_HOST && fstat(app->fds[APP_FD_VOLUMES + i], &st) >= 0 &&
            device_rule_from_stat(&st, m->read_only ? DEVICE_READ : DEVICE_READ | DEVICE_WRITE, &rules[n]) >=
                    0)
            n++;
    }
    return n;
}

/* With --insecure-options=paths they stay open, as in the original: an app that is root makes the node of
 * any. */
static int close_devices(const PodSettings *pod, int cgroup, const AppParts *apps, size_t n_apps,
                         Error *reterr)
{
    DeviceRule rules[DEVICE_RULES_MAX];
    size_t n = 0;
    int r;

    if (pod->no_paths)
        return 0;
    for (size_t i = 0; i < n_apps; i++)
        n += volume_rules(&apps[i], rules + n, ELEMENTSOF(rules) - n);
    r = device_confine_cgroup(cgroup, rules, n);
    return r < 0 ? error_set_errno(reterr, r, "cannot close the devices of the host") : 0;
}

static int app_make_cgroup(AppParts *app, int pod, Error *reterr)
{
    _cleanup_close_ int cgroup = -EBADF;
    int r = cgroup_make(pod, app->plan->name, &cgroup);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot make a cgroup for app %s", app->plan->name);
    /* The init keeps it: as a mount of its own, so that no ".." leads on to the host's cgroups. */
    r = mount_clone(cgroup, "", false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
                    &app->fds[APP_FD_CGROUP]);
    return r < 0 ? error_set_errno(reterr, r, "cannot keep the cgroup of app %s", app->plan->name) : 0;
}

static int make_app_cgroups(int cgroup, const PodSettings *pod, AppParts *apps, Error *reterr)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < pod->plan->n_apps; i++)
        r = app_make_cgroup(&apps[i], cgroup, reterr);
    return r;
}

/* The cgroup must hold no process itself. */
static int enable_controllers(int cgroup, unsigned controllers, Error *reterr)
{
    int r = cgroup_enable_controllers(cgroup, controllers);

    return r < 0 ? error_set_errno(reterr, r, "cannot divide the pod's cgroup") : 0;
}

static int leave_and_divide(int cgroup, const PodSettings *pod, AppParts *apps, Error *reterr)
{
    _cleanup_close_ int init = -EBADF;
    int r;

    if (unshare(CLONE_NEWCGROUP) < 0)
        return error_set_errno(reterr, -errno, "cannot make a cgroup namespace");
    r = cgroup_make(cgroup, HOST_INIT_CGROUP, &init);
    if (r >= 0)
        r = cgroup_move(init, 0);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot leave the pod's cgroup");
    r = enable_controllers(cgroup, CGROUP_ALL, reterr);
    return r < 0 ? r : make_app_cgroups(cgroup, pod, apps, reterr);
}

static int share_unit(const PodSettings *pod, Error *reterr)
{
    for (size_t i = 0; i < pod->plan->n_apps; i++)
        if (cgroup_limits_need(&pod->plan->apps[i].limits))
            return error_set(reterr, -EPERM,
                             "app %s has limits of its own, which need a delegated cgroup: add "
                             "Delegate=yes to the unit",
                             pod->plan->apps[i].name);
    log_warning("the unit does not delegate its cgroup, so all apps share it: add Delegate=yes to the unit");
    return 0;
}

enum { BARE_NAME_SIZE = sizeof("rkt-") + UUID_LENGTH };

static void bare_name(const PodSettings *pod, char name[static BARE_NAME_SIZE])
{
    (void) snprintf(name, BARE_NAME_SIZE, "rkt-%s", pod->uuid);
}

/* For gc, when we are killed before we remove it. */
static int record_cgroup(const PodCgroups *cgroups, const char *name)
{
    _cleanup_free_ char *path = NULL;

    if (asprintf(&path, "%s/%s", streq(cgroups->path, "/") ? "" : cgroups->path, name) < 0)
        return -ENOMEM;
    return write_file_at(AT_FDCWD, STAGE1_SUBCGROUP, path, strlen(path), 0644, 0);
}

static int make_bare(PodCgroups *cgroups, const PodSettings *pod, AppParts *apps, Error *reterr)
{
    char name[BARE_NAME_SIZE];
    int r;

    bare_name(pod, name);
    r = record_cgroup(cgroups, name);
    if (r >= 0)
        r = cgroup_make(cgroups->own, name, &cgroups->pod);
    if (r >= 0)
        r = cgroup_make(cgroups->pod, HOST_INIT_CGROUP, &cgroups->init);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the pod's cgroup");
    return make_app_cgroups(cgroups->pod, pod, apps, reterr);
}

/* systemd has moved us since. */
static int divide_scope(const PodSettings *pod, AppParts *apps, Error *reterr)
{
    _cleanup_close_ int scope = -EBADF;
    int r = cgroup_open_pid(0, &scope, NULL);

    return r < 0 ? error_set_errno(reterr, r, "cannot find our cgroup")
                 : leave_and_divide(scope, pod, apps, reterr);
}

int cgroups_enter(PodCgroups *cgroups, const PodSettings *pod, AppParts *apps, Error *reterr)
{
    switch (cgroups->home) {
    case CGROUP_HOME_UNIT: return share_unit(pod, reterr);
    case CGROUP_HOME_BARE: return make_bare(cgroups, pod, apps, reterr);
    case CGROUP_HOME_SCOPE: return divide_scope(pod, apps, reterr);
    default: return leave_and_divide(cgroups->own, pod, apps, reterr);
    }
}

static int forbid_lingering(int cgroup, int program, Error *reterr)
{
    int r = linger_forbid(cgroup, program);

    return r < 0 ? error_set_errno(reterr, r, "cannot keep the apps' sockets from lingering") : 0;
}

/* Each by itself: one that can't be kept must not keep the others away. */
static void grant_wishes(const AppParts *app)
{
    const CgroupLimits *wishes = &app->plan->wishes;
    const CgroupLimits each[] = { { .memory = wishes->memory },
                                  { .cpu = wishes->cpu },
                                  { .cpu_shares = wishes->cpu_shares },
                                  { .pids = wishes->pids } };

    for (size_t i = 0; i < ELEMENTSOF(each); i++) {
        _cleanup_error_ Error error = ERROR_INIT;

        if (cgroup_set_limits(app->fds[APP_FD_CGROUP], &each[i], &error) < 0)
            log_warning("app %s runs without what its image asks for: %s", app->plan->name,
                        error_cause(&error) ? error_cause(&error) : "out of memory");
    }
}

static int confine_app(const PodSettings *pod, const AppParts *app, int linger_program, Error *reterr)
{
    int cgroup = app->fds[APP_FD_CGROUP], r = cgroup_set_limits(cgroup, &app->plan->limits, reterr);

    if (r < 0)
        return error_prefix(reterr, r, "app %s", app->plan->name);
    grant_wishes(app);
    r = forbid_lingering(cgroup, linger_program, reterr);
    return r < 0 ? r : close_devices(pod, cgroup, app, 1, reterr);
}

int cgroups_confine(const PodCgroups *cgroups, const PodSettings *pod, const AppParts *apps, Error *reterr)
{
    _cleanup_close_ int linger_program = linger_load();
    unsigned needed = 0;
    int r = 0;

    if (linger_program < 0)
        return error_set_errno(reterr, linger_program, "cannot load a program for the apps' cgroups");
    if (cgroups->home == CGROUP_HOME_UNIT) {
        r = forbid_lingering(cgroups->own, linger_program, reterr);
        return r < 0 ? r : close_devices(pod, cgroups->own, apps, pod->plan->n_apps, reterr);
    }
    for (size_t i = 0; i < pod->plan->n_apps; i++)
        needed |= cgroup_limits_need(&apps[i].plan->limits) | cgroup_limits_need(&apps[i].plan->wishes);
    if (cgroups->home == CGROUP_HOME_BARE && needed)
        r = enable_controllers(cgroups->pod, needed, reterr);
    for (size_t i = 0; r >= 0 && i < pod->plan->n_apps; i++)
        r = confine_app(pod, &apps[i], linger_program, reterr);
    return r;
}

int cgroups_remove(const PodCgroups *cgroups, const PodSettings *pod)
{
    char name[BARE_NAME_SIZE];

    if (cgroups->home != CGROUP_HOME_BARE)
        return 0;
    bare_name(pod, name);
    return cgroup_remove(cgroups->own, name);
}
