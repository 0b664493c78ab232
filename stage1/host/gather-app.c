/* SPDX-License-Identifier: Apache-2.0 */
/* What only the host's side can make of one app: its root, its volumes, its /dev, its secrets, its filter.
 * Knows nothing of the other apps. */

#include "pod-parts.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "app-root.h"
#include "base/fd-util.h"
#include "credentials.h"
#include "sandbox/device.h"
#include "sandbox/host-path.h"
#include "sandbox/mount.h"
#include "sandbox/seccomp-load.h"
#include "stage1/layout.h"
#include "steps.h"

/* The host has 4096 for all, of which it keeps 1024 for itself. */
#define TERMINALS_MAX "256"

typedef struct Gathering {
    const PodSettings *settings;
    int pod_dir, record, idmap;
    AppParts *app;
} Gathering;

static int mount_root(const Gathering *g, Error *reterr)
{
    return app_root_mount(g->app->plan, MOUNT_ATTR_NODEV, g->idmap, &g->app->fds[APP_FD_ROOTFS], reterr);
}

/* ----- /dev, the one mount of an app where devices can be opened ----- */

static int make_devices(const Gathering *g, Error *reterr)
{
    static const MountOption options[] = { { "mode", "0755" }, { "size", "64k" }, { "nr_inodes", "64" } };
    int *devices = &g->app->fds[APP_FD_DEVICES];
    int r = mount_new("tmpfs", options, ELEMENTSOF(options), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, devices,
                      reterr);

    if (r < 0)
        return r;
    r = device_nodes_make(*devices);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the devices");
    return mkdirat(*devices, "pts", 0755) < 0 || mkdirat(*devices, "shm", 01777) < 0 ? -errno : 0;
}

/* The FIFO stands for a console, and is the app's standard output as well: so the order of lines is kept, and
 * whatever names it is opened, /dev/stdout and /proc/self/fd/1, too. The app's user owns it; other users of
 * the app may write to it. */
static int make_console(const Gathering *g, _unused_ Error *reterr)
{
    const PlanApp *plan = g->app->plan;
    int *fds = g->app->fds, devices = fds[APP_FD_DEVICES];

    if (mkfifoat(devices, "console", 0600) < 0 ||
        fchownat(devices, "console", plan->uid, plan->gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        fchmodat(devices, "console", 0622, 0) < 0)
        return -errno;
    fds[APP_FD_CONSOLE] = openat(devices, "console", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    fds[APP_FD_OUTPUT] = openat(devices, "console", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    return fds[APP_FD_CONSOLE] < 0 || fds[APP_FD_OUTPUT] < 0 ? -errno : 0;
}

static int listen_to_syslog(const Gathering *g, _unused_ Error *reterr)
{
    char directory[FD_PATH_MAX], path[FD_PATH_MAX + sizeof("/log")];

    if (!g->settings->systemd)
        return 0;
    (void) snprintf(path, sizeof(path), "%s/log", fd_path(g->app->fds[APP_FD_DEVICES], directory));
    return receiver_listen(&g->app->receiver, RECEIVE_SYSLOG, path);
}

static int open_null(const Gathering *g, _unused_ Error *reterr)
{
    int *fds = g->app->fds;

    fds[APP_FD_NULL] = openat(fds[APP_FD_DEVICES], "null", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return fds[APP_FD_NULL] < 0 ? -errno : 0;
}

/* ----- What else it gets ----- */

static int gather_credentials(const Gathering *g, Error *reterr)
{
    return credentials_gather(g->app->plan, &g->app->fds[APP_FD_CREDENTIALS], reterr);
}

static int clone_volume(const PlanMount *m, int record, int idmap, int *ret, Error *reterr)
{
    uint64_t attributes = MOUNT_ATTR_NODEV | (m->read_only ? MOUNT_ATTR_RDONLY : 0);
    _cleanup_close_ int source = -EBADF;
    _cleanup_free_ char *empty = NULL;
    int r;

    if (m->kind == PLAN_MOUNT_EMPTY) {
        if (asprintf(&empty, POD_SHARED_VOLUMES "/%s", m->source) < 0)
            return -ENOMEM;
        r = mount_clone(AT_FDCWD, empty, false, attributes, ret);
    } else {
        r = app_root_open_source(m, record, &source, reterr);
        if (r < 0)
            return r;
        if (host_path_is_device(source))
            attributes &= ~(uint64_t) MOUNT_ATTR_NODEV; /* the administrator gives this device */
        r = mount_clone(source, "", m->recursive != PLAN_RECURSIVE_NO, attributes, ret);
    }
    if (r >= 0)
        r = mount_map_owners(*ret, idmap, m->recursive != PLAN_RECURSIVE_NO);
    return r < 0 ? error_set_errno(reterr, r, "cannot mount volume source \"%s\"", m->source) : 0;
}

static int clone_volumes(const Gathering *g, Error *reterr)
{
    const PlanApp *plan = g->app->plan;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < plan->n_mounts; i++)
        r = clone_volume(&plan->mounts[i], g->record, g->idmap, &g->app->fds[APP_FD_VOLUMES + i], reterr);
    return r;
}

static int read_filter(const Gathering *g, Error *reterr)
{
    const char *filter = g->app->plan->filter;
    int r;

    if (!filter || g->settings->no_seccomp)
        return 0;
    r = seccomp_filter_read(g->pod_dir, filter, &g->app->filter, &g->app->n_filter);
    return r < 0 ? error_set_errno(reterr, r, "cannot read the system call filter \"%s\"", filter) : 0;
}

static const struct {
    const char *doing;
    int (*perform)(const Gathering *g, Error *reterr);
} steps[] = {
    { "mount its root", mount_root },       { "fill /dev", make_devices },
    { "make /dev/console", make_console },  { "listen on /dev/log", listen_to_syslog },
    { "open the null device", open_null },  { "give it its credentials", gather_credentials },
    { "mount its volumes", clone_volumes }, { "read its system call filter", read_filter },
};

int gather_app(const PodSettings *settings, int pod_dir, int record, int idmap, AppParts *app, Error *reterr)
{
    const Gathering gathering = { settings, pod_dir, record, idmap, app };
    int r = STEPS_PERFORM(steps, &gathering, reterr);

    return r < 0 ? error_prefix(reterr, r, "app %s", app->plan->name) : 0;
}

int gather_terminals(int *ret, Error *reterr)
{
    static const MountOption devpts[] = { { "newinstance", NULL },
                                          { "ptmxmode", "0666" },
                                          { "mode", "0620" },
                                          { "gid", "5" },
                                          { "max", TERMINALS_MAX } };

    return mount_new("devpts", devpts, ELEMENTSOF(devpts), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, ret,
                     reterr);
}
