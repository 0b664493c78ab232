/* SPDX-License-Identifier: Apache-2.0 */
/* The root of an app. Paths in it belong to the image: mount_attach_at() resolves each beneath that root
 * before anything is put there. */

#include "init.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "app-root.h"
#include "base/fd-util.h"
#include "base/string-util.h"
#include "sandbox/kernel-mounts.h"
#include "sandbox/mount.h"
#include "stage1/layout.h"
#include "steps.h"

#define FILE_ATTRIBUTES (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY)

typedef struct AppMounts {
    const Init *init;
    App *app;
    const PlanApp *plan; /* not owned, nor is: */
    int *fds;            /* the app's, by AppFd */
    int proc, sys;       /* attached; sys -EBADF: a volume of the user is there */
} AppMounts;

static int attach_root(AppMounts *m, _unused_ Error *reterr)
{
    _cleanup_close_ int stage = open(HOST_STAGE_PATH, O_PATH | O_DIRECTORY | O_CLOEXEC);

    return stage < 0 ? -errno : mount_attach(m->fds[APP_FD_ROOTFS], stage);
}

/* ----- /proc, /sys, /dev ----- */

static int attach_proc(AppMounts *m, Error *reterr)
{
    int r = mount_proc(0, &m->proc, reterr);

    return r < 0 ? r : mount_attach_at(m->proc, m->fds[APP_FD_ROOTFS], "/proc", MOUNT_TARGET_API, reterr);
}

static bool has_volume_below(const PlanApp *app, const char *directory)
{
    for (size_t i = 0; i < app->n_mounts; i++) {
        const char *rest = startswith(app->mounts[i].target, directory);

        if (rest && (*rest == '/' || *rest == '\0'))
            return true;
    }
    return false;
}

static int attach_sys(AppMounts *m, Error *reterr)
{
    int r;

    if (has_volume_below(m->plan, "/sys"))
        return 0;
    r = mount_sys(&m->sys, reterr);
    return r < 0 ? r : mount_attach_at(m->sys, m->fds[APP_FD_ROOTFS], "/sys", MOUNT_TARGET_API, reterr);
}

static int attach_devices(AppMounts *m, Error *reterr)
{
    return mount_attach_at(m->fds[APP_FD_DEVICES], m->fds[APP_FD_ROOTFS], "/dev", MOUNT_TARGET_API, reterr);
}

static int attach_terminals(AppMounts *m, Error *reterr)
{
    int *terminals = &m->fds[APP_FD_TERMINALS], r = 0;

    if (*terminals < 0)
        r = gather_terminals(terminals, reterr);
    return r < 0 ? r
                 : mount_attach_at(*terminals, m->fds[APP_FD_DEVICES], "pts", MOUNT_TARGET_DIRECTORY, reterr);
}

static int attach_shared_memory(AppMounts *m, Error *reterr)
{
    _cleanup_close_ int memory = -EBADF;
    int r = mount_clone(AT_FDCWD, HOST_SHARED_MEMORY_PATH, false, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                        &memory);

    return r < 0 ? r : mount_attach_at(memory, m->fds[APP_FD_DEVICES], "shm", MOUNT_TARGET_DIRECTORY, reterr);
}

static int restrict_paths(AppMounts *m, Error *reterr)
{
    _cleanup_close_ int scratch = -EBADF;

    if (m->init->pod->no_paths)
        return 0;
    scratch = open(HOST_SCRATCH_PATH, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (scratch < 0)
        return -errno;
    return mount_restrict_paths(m->proc, m->sys, m->init->pod->network_none, scratch, reterr);
}

/* ----- What the pod has for all apps ----- */

/* Binds what is at path in the pod's root onto target in the app's, unless the pod has no such thing. */
static int bind_shared(const AppMounts *m, const char *path, const char *target, MountTarget kind,
                       Error *reterr)
{
    _cleanup_close_ int mount = -EBADF;
    int r = mount_clone(AT_FDCWD, path, false, FILE_ATTRIBUTES, &mount);

    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot give the app its %s", target);
    return mount_attach_at(mount, m->fds[APP_FD_ROOTFS], target, kind, reterr);
}

static int attach_shared(AppMounts *m, Error *reterr)
{
    static const struct {
        const char *path, *target;
        MountTarget kind;
    } shared[] = {
        { "/etc/hostname", "/etc/hostname", MOUNT_TARGET_FILE },
        { HOST_HOSTS_PATH, "/etc/hosts", MOUNT_TARGET_FILE },
        { HOST_RESOLV_CONF_PATH, "/etc/resolv.conf", MOUNT_TARGET_FILE },
        { HOST_IDENTITY_PATH, "/run/host", MOUNT_TARGET_DIRECTORY },
    };
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(shared); i++)
        r = bind_shared(m, shared[i].path, shared[i].target, shared[i].kind, reterr);
    return r;
}

/* The pod's, where neither the user nor the image has one. */
static int attach_missing_hosts(AppMounts *m, Error *reterr)
{
    _cleanup_close_ int found = open_in_root(m->fds[APP_FD_ROOTFS], "/etc/hosts", O_PATH, 0);

    return found >= 0 ? 0 : bind_shared(m, "/etc/hosts", "/etc/hosts", MOUNT_TARGET_FILE, reterr);
}

static int attach_sockets(AppMounts *m, Error *reterr)
{
    static const char *const targets[_RECEIVE_KIND_MAX] = {
        [RECEIVE_NOTIFY] = "/run/systemd/notify",
        [RECEIVE_NATIVE] = "/run/systemd/journal/socket",
    };
    char path[APP_SOCKET_PATH_MAX];
    int r = 0;

    for (size_t i = 0; r >= 0 && i < _RECEIVE_KIND_MAX; i++)
        if (targets[i] && m->app->parts->receiver.sockets[i] >= 0) {
            app_socket_path(m->init, m->app, (ReceiveKind) i, path);
            r = bind_shared(m, path, targets[i], MOUNT_TARGET_FILE, reterr);
        }
    return r;
}

static int make_missing(AppMounts *m, Error *reterr)
{
    return app_root_make_missing(m->fds[APP_FD_ROOTFS], reterr);
}

/* ----- What the user has for this app ----- */

static int attach_volumes(AppMounts *m, Error *reterr)
{
    for (size_t i = 0; i < m->plan->n_mounts; i++) {
        const PlanMount *mount = &m->plan->mounts[i];
        int fd = m->fds[APP_FD_VOLUMES + i], r;
        struct stat st;

        if (fstat(fd, &st) < 0)
            return error_set_errno(reterr, -errno, "volume \"%s\"", mount->source);
        r = mount_attach_at(fd, m->fds[APP_FD_ROOTFS], mount->target,
                            S_ISDIR(st.st_mode) ? MOUNT_TARGET_DIRECTORY : MOUNT_TARGET_FILE, reterr);
        if (r < 0)
            return error_prefix(reterr, r, "cannot mount volume \"%s\" at %s", mount->source, mount->target);
    }
    return 0;
}

static int attach_credentials(AppMounts *m, Error *reterr)
{
    return m->fds[APP_FD_CREDENTIALS] < 0
                   ? 0
                   : mount_attach_at(m->fds[APP_FD_CREDENTIALS], m->fds[APP_FD_ROOTFS],
                                     STAGE1_CREDENTIALS_PATH, MOUNT_TARGET_DIRECTORY, reterr);
}

static int protect_root(AppMounts *m, _unused_ Error *reterr)
{
    return m->plan->read_only_rootfs
                   ? mount_set_attributes(m->fds[APP_FD_ROOTFS], MOUNT_ATTR_RDONLY, 0, false)
                   : 0;
}

static int enter_root(AppMounts *m, _unused_ Error *reterr)
{
    return mount_enter_root(m->fds[APP_FD_ROOTFS]);
}

static const struct {
    const char *doing;
    int (*perform)(AppMounts *m, Error *reterr);
} steps[] = {
    { "attach the app's root", attach_root },
    { "mount the app's /proc", attach_proc },
    { "mount the app's /sys", attach_sys },
    { "attach the app's /dev", attach_devices },
    { "attach the app's terminals", attach_terminals },
    { "share the pod's memory", attach_shared_memory },
    { "hide paths of /proc and /sys", restrict_paths },
    { "give the app what all apps have", attach_shared },
    { "give the app its /etc/hosts", attach_missing_hosts },
    { "give the app its sockets", attach_sockets },
    { "make what the image lacks", make_missing },
    /* They go over all of the above. */
    { "mount the app's volumes", attach_volumes },
    /* After the volumes, one of which may be /run. */
    { "attach the app's credentials", attach_credentials },
    /* Once all targets are made. */
    { "make the app's root read-only", protect_root },
    { "enter the app's root", enter_root },
};

int app_mounts_enter(const Init *init, App *app, Error *reterr)
{
    AppMounts mounts = {
        .init = init, .app = app, .plan = app->plan, .fds = app->parts->fds, .proc = -EBADF, .sys = -EBADF
    };
    int r = STEPS_PERFORM(steps, &mounts, reterr);

    (void) safe_close(mounts.proc);
    (void) safe_close(mounts.sys);
    return r;
}
