/* SPDX-License-Identifier: Apache-2.0 */
/* The app's root, with the host's /dev, /proc and /sys in it. Its mounts are in a namespace of their own, so
 * that they go when the app's last process does, whatever ended it, and the host never sees them.
 *
 * What the app mounts in a volume does appear on the host, and the other way round, as promised: the volume
 * is of the same peer group as its source. Therefore nothing of ours may be mounted below such a volume, or
 * the host had it, too, and for ever: a volume with another one in it only follows the host. */

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "app-root.h"
#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "credentials.h"
#include "fly.h"
#include "stage1/interface.h"
#include "stage1/layout.h"
#include "sandbox/mount.h"

/* Beside the volumes: what is below them, and what may be in one of them. */
enum { EXTRA_RESOLV_CONF, EXTRA_HOSTS, EXTRA_CREDENTIALS, EXTRA_NOTIFY, _EXTRA_MAX };

static const char *const extra_paths[_EXTRA_MAX] = {
    [EXTRA_RESOLV_CONF] = "/etc/resolv.conf",
    [EXTRA_HOSTS] = "/etc/hosts",
    [EXTRA_CREDENTIALS] = STAGE1_CREDENTIALS_PATH,
    [EXTRA_NOTIFY] = FLY_NOTIFY_PATH,
};

/* Mounts, detached, then attached. */
typedef struct Root {
    const Fly *fly;
    int rootfs;
    int record;             /* of what apps may write to */
    int *sources;           /* of volumes of the host, as many as the app's mounts */
    int *volumes;           /* likewise */
    int extras[_EXTRA_MAX]; /* -EBADF: it has none */
} Root;

static void root_done(Root *root)
{
    for (size_t i = 0; root->volumes && i < root->fly->app->n_mounts; i++) {
        (void) safe_close(root->volumes[i]);
        (void) safe_close(root->sources[i]);
    }
    free(root->volumes);
    free(root->sources);
    (void) safe_close(root->record);
    for (size_t i = 0; i < _EXTRA_MAX; i++)
        (void) safe_close(root->extras[i]);
    (void) safe_close(root->rootfs);
}

/* ----- While the host's mounts are still the host's ----- */

static int allocate(Root *root)
{
    size_t n = root->fly->app->n_mounts;

    root->sources = malloc((n + 1) * sizeof(int));
    root->volumes = root->sources ? malloc((n + 1) * sizeof(int)) : NULL;
    if (!root->volumes)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        root->sources[i] = root->volumes[i] = -EBADF;
    return 0;
}

/* EINVAL: it is not a mount point. */
static int open_and_share(const PlanMount *m, int record, int *ret, Error *reterr)
{
    int r = app_root_open_source(m, record, ret, reterr);

    if (r < 0)
        return r;
    r = mount_make_shared(*ret);
    return r < 0 && r != -EINVAL
                   ? error_set_errno(reterr, r, "cannot share what is mounted at \"%s\"", m->source)
                   : 0;
}

static int share_sources(Root *root, Error *reterr)
{
    const PlanApp *app = root->fly->app;
    int r = app_root_open_record(root->fly->plan, &root->record, reterr);

    if (r >= 0)
        r = allocate(root);
    for (size_t i = 0; r >= 0 && i < app->n_mounts; i++)
        if (app->mounts[i].kind == PLAN_MOUNT_HOST)
            r = open_and_share(&app->mounts[i], root->record, &root->sources[i], reterr);
    return r;
}

static int clone_volume(const PlanMount *m, int source, int *ret, Error *reterr)
{
    const uint64_t attributes = m->read_only ? MOUNT_ATTR_RDONLY : 0;
    _cleanup_free_ char *empty = NULL;
    int r;

    if (m->kind == PLAN_MOUNT_EMPTY) {
        if (asprintf(&empty, POD_SHARED_VOLUMES "/%s", m->source) < 0)
            return -ENOMEM;
        r = mount_clone(AT_FDCWD, empty, false, attributes, ret);
    } else
        r = mount_clone_shared(source, "", m->recursive == PLAN_RECURSIVE_YES, attributes, ret);
    return r < 0 ? error_set_errno(reterr, r, "cannot mount volume source \"%s\"", m->source) : 0;
}

static int clone_volumes(Root *root, Error *reterr)
{
    const PlanApp *app = root->fly->app;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < app->n_mounts; i++)
        r = clone_volume(&app->mounts[i], root->sources[i], &root->volumes[i], reterr);
    return r;
}

static int clone_notify_socket(Root *root, Error *reterr)
{
    const char *path = getenv("NOTIFY_SOCKET");
    int r;

    if (!root->fly->app_notifies || *path != '/')
        return 0;
    r = mount_clone(AT_FDCWD, path, false, 0, &root->extras[EXTRA_NOTIFY]);
    return r < 0 ? error_set_errno(reterr, r, "cannot give the app the service manager's socket") : 0;
}

/* An image without one gets it, unless the user has said which it is to be. */
static const char *choose_hosts(const Root *root)
{
    const RunArguments *arguments = &root->fly->arguments;
    _cleanup_close_ int found = open_in_root(root->rootfs, "/etc/hosts", O_PATH, 0);
    _cleanup_free_ char *text = NULL;

    if (found >= 0 || !streq(arguments->hosts_mode, "default"))
        return arguments->hosts_mode;
    if (asprintf(&text, STAGE1_DEFAULT_HOSTS, arguments->uuid) < 0 ||
        mkdir_parents_at(AT_FDCWD, STAGE1_ROOTFS "/etc", 0755) < 0 ||
        write_file_at(AT_FDCWD, STAGE1_HOSTS, text, strlen(text), 0644, 0) < 0)
        return "none";
    return "stage0";
}

static int gather(Root *root, Error *reterr)
{
    const Fly *fly = root->fly;
    int r = share_sources(root, reterr);

    if (r >= 0)
        r = clone_volumes(root, reterr);
    if (r >= 0)
        r = app_root_mount(fly->app, 0, -EBADF, &root->rootfs, reterr);
    if (r >= 0)
        r = app_root_clone_file(fly->arguments.resolv_mode, "/etc/resolv.conf", STAGE1_RESOLV_CONF,
                                root->record, &root->extras[EXTRA_RESOLV_CONF], reterr);
    if (r >= 0)
        r = app_root_clone_file(choose_hosts(root), "/etc/hosts", STAGE1_HOSTS, root->record,
                                &root->extras[EXTRA_HOSTS], reterr);
    if (r >= 0)
        r = credentials_gather(fly->app, &root->extras[EXTRA_CREDENTIALS], reterr);
    return r < 0 ? r : clone_notify_socket(root, reterr);
}

/* ----- Attaching ----- */

static int mount_id(int fd, uint64_t *ret)
{
    struct statx stx;

    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0)
        return -errno;
    *ret = stx.stx_mnt_id;
    return 0;
}

/* What is mounted on target must not be mounted on the host. Its mount is the app's root, or one of the first
 * n volumes; else it is below one of those, or of what else follows the host anyway. */
static int keep_from_host(const Root *root, int target, size_t n)
{
    uint64_t id = 0, other = 0;
    int r = mount_id(target, &id);

    if (r >= 0)
        r = mount_id(root->rootfs, &other);
    if (r < 0 || id == other)
        return r;
    for (size_t i = 0; r >= 0 && i < n; i++) {
        r = mount_id(root->volumes[i], &other);
        if (r >= 0 && id == other)
            return mount_make_slave(root->volumes[i], false);
    }
    for (size_t i = 0; r >= 0 && i < n; i++)
        r = mount_make_slave(root->volumes[i], true);
    return r;
}

static int attach(const Root *root, int mount, const char *path, size_t n_volumes, Error *reterr)
{
    _cleanup_close_ int target = -EBADF;
    struct stat st;
    int r = fstat(mount, &st) < 0 ? -errno : 0;

    if (r >= 0)
        r = mount_target_open(root->rootfs, path,
                              S_ISDIR(st.st_mode) ? MOUNT_TARGET_DIRECTORY : MOUNT_TARGET_FILE, &target);
    if (r >= 0)
        r = keep_from_host(root, target, n_volumes);
    if (r >= 0)
        r = mount_attach(mount, target);
    return r < 0 ? error_set_errno(reterr, r, "cannot mount at %s", path) : 0;
}

static int attach_api(const Root *root, Error *reterr)
{
    static const MountOption options[] = { { "mode", "1777" } };
    static const char *const paths[] = { "/dev", "/proc", "/sys" };
    _cleanup_close_ int tmp = -EBADF;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(paths); i++) {
        _cleanup_close_ int mount = -EBADF;

        r = mount_clone(AT_FDCWD, paths[i], true, 0, &mount);
        r = r < 0 ? error_set_errno(reterr, r, "cannot give the app the host's %s", paths[i])
                  : mount_attach_at(mount, root->rootfs, paths[i], MOUNT_TARGET_API, reterr);
    }
    if (r >= 0)
        r = mount_new("tmpfs", options, ELEMENTSOF(options), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &tmp,
                      reterr);
    return r < 0 ? r : attach(root, tmp, "/tmp", 0, reterr);
}

static int attach_volumes(const Root *root, Error *reterr)
{
    const PlanApp *app = root->fly->app;
    int r = 0;

    for (size_t i = 0; r >= 0 && i < app->n_mounts; i++) {
        r = attach(root, root->volumes[i], app->mounts[i].target, i, reterr);
        if (r < 0)
            (void) error_prefix(reterr, r, "volume \"%s\"", app->mounts[i].source);
    }
    return r;
}

static int attach_extra(const Root *root, unsigned extra, size_t n_volumes, Error *reterr)
{
    return root->extras[extra] < 0 ? 0
                                   : attach(root, root->extras[extra], extra_paths[extra], n_volumes, reterr);
}

/* A volume goes over resolv.conf and hosts, and may be /run. */
static int fill(const Root *root, Error *reterr)
{
    _cleanup_close_ int stage = open(STAGE1_ROOTFS, O_PATH | O_DIRECTORY | O_CLOEXEC);
    size_t n_volumes = root->fly->app->n_mounts;
    int r;

    if (stage < 0)
        return error_set_errno(reterr, -errno, "cannot open the pod's %s", STAGE1_ROOTFS);
    r = mount_attach(root->rootfs, stage);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot attach the app's root");
    r = attach_api(root, reterr);
    if (r >= 0)
        r = attach_extra(root, EXTRA_RESOLV_CONF, 0, reterr);
    if (r >= 0)
        r = attach_extra(root, EXTRA_HOSTS, 0, reterr);
    if (r >= 0)
        r = app_root_make_missing(root->rootfs, reterr);
    if (r >= 0)
        r = attach_volumes(root, reterr);
    if (r >= 0)
        r = attach_extra(root, EXTRA_CREDENTIALS, n_volumes, reterr);
    return r < 0 ? r : attach_extra(root, EXTRA_NOTIFY, n_volumes, reterr);
}

int fly_enter_root(const Fly *fly, Error *reterr)
{
    _cleanup_(root_done) Root root = {
        .fly = fly, .rootfs = -EBADF, .record = -EBADF, .extras = { -EBADF, -EBADF, -EBADF, -EBADF }
    };
    int r = gather(&root, reterr);

    if (r < 0)
        return r;
    if (unshare(CLONE_NEWNS) < 0)
        return error_set_errno(reterr, -errno, "cannot make a mount namespace");
    r = mount_set_propagation(MS_PRIVATE);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the app's mounts its own");
    r = fill(&root, reterr);
    if (r >= 0 && fly->app->read_only_rootfs) {
        r = mount_set_attributes(root.rootfs, MOUNT_ATTR_RDONLY, 0, false);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot make the app's root read-only");
    }
    if (r < 0)
        return r;
    r = mount_enter_root(root.rootfs);
    return r < 0 ? error_set_errno(reterr, r, "cannot enter the app's root") : 0;
}
