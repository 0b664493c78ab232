/* SPDX-License-Identifier: Apache-2.0 */
/* What only the host's side can make, made as descriptors: in the pod's namespaces no path of the host is
 * left. Mounts stay detached until an app's own namespace attaches them, so the host never sees one, and all
 * are gone with the pod.
 *
 * Paths of the pod are relative to the working directory: host->pod_dir is a detached mount itself, and
 * kernels before 6.15 neither clone from one nor attach to one. */

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "base/uuid.h"
#include "app-root.h"
#include "credentials.h"
#include "host.h"
#include "stage1/interface.h"
#include "stage1/layout.h"
#include "sandbox/device.h"
#include "sandbox/mount.h"
#include "sandbox/seccomp-load.h"
#include "sandbox/host-path.h"

enum { SAFE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

char *host_journal_directory(const Host *host)
{
    char id[UUID_PLAIN_LENGTH + 1], *path;

    uuid_without_dashes(host->uuid, id);
    return asprintf(&path, "/var/log/journal/%s", id) < 0 ? NULL : path;
}

/* ----- The pod's root ----- */

static int put_file(int root, const char *name, const char *text)
{
    _cleanup_close_ int fd = openat(root, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    return fd < 0 ? -errno : write_full(fd, text, strlen(text));
}

static int put_hosts(const Host *host, int root)
{
    _cleanup_free_ char *text = NULL;

    if (asprintf(&text, STAGE1_DEFAULT_HOSTS, host->uuid) < 0)
        return -ENOMEM;
    return put_file(root, "etc/hosts", text);
}

static int put_hostname(const Host *host, int root)
{
    char line[256];

    (void) snprintf(line, sizeof(line), "%s\n", host->hostname);
    return put_file(root, "etc/hostname", line);
}

static int put_os_release(int root)
{
    _cleanup_free_ char *text = NULL;

    if (read_file_at(AT_FDCWD, "/etc/os-release", 64 * 1024, &text, NULL) < 0 &&
        read_file_at(AT_FDCWD, "/usr/lib/os-release", 64 * 1024, &text, NULL) < 0)
        return 0;
    return put_file(root, "run/host/os-release", text);
}

static int make_pod_root(Host *host, Error *reterr)
{
    static const char *const directories[] = { "shm", "app",      "scratch",  "kept", "etc",
                                               "run", "run/host", "run/apps", "share" };
    static const MountOption options[] = { { "mode", "0755" }, { "size", "1m" } };
    _cleanup_free_ char *journal = host_journal_directory(host);
    int r;

    if (!journal)
        return -ENOMEM;
    r = mount_new("tmpfs", options, ELEMENTSOF(options), SAFE, &host->root, reterr);
    if (r < 0)
        return r;
    for (size_t i = 0; i < ELEMENTSOF(directories); i++)
        if (mkdirat(host->root, directories[i], 0755) < 0)
            return error_set_errno(reterr, -errno, "cannot make /%s in the pod's root", directories[i]);
    r = mkdir_parents_at(host->root, journal + 1, 0755);
    if (r >= 0)
        r = put_hosts(host, host->root);
    if (r >= 0)
        r = put_hostname(host, host->root);
    if (r >= 0)
        r = put_file(host->root, "run/host/container-manager", "rkt\n");
    if (r >= 0)
        r = put_os_release(host->root);
    return r < 0 ? error_set_errno(reterr, r, "cannot fill the pod's root") : 0;
}

/* ----- Apps ----- */

static int make_log(HostApp *app, Error *reterr)
{
    char directory[FD_PATH_MAX], path[FD_PATH_MAX + sizeof("/log")];
    int r;

    (void) snprintf(path, sizeof(path), "%s/log", fd_path(app->devices, directory));
    r = receiver_listen(&app->receiver, RECEIVE_SYSLOG, path);
    return r < 0 ? error_set_errno(reterr, r, "cannot listen on /dev/log") : 0;
}

/* The FIFO stands for a console, and is the app's standard output as well: so the order of lines is kept, and
 * whatever names it is opened, /dev/stdout and /proc/self/fd/1, too. The app's user owns it; other users of
 * the app may write to it. */
static int make_console(HostApp *app, Error *reterr)
{
    if (mkfifoat(app->devices, "console", 0600) < 0 ||
        fchownat(app->devices, "console", app->plan->uid, app->plan->gid, AT_SYMLINK_NOFOLLOW) < 0 ||
        fchmodat(app->devices, "console", 0622, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot make /dev/console");
    app->console = openat(app->devices, "console", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    app->output = openat(app->devices, "console", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (app->console < 0 || app->output < 0)
        return error_set_errno(reterr, -errno, "cannot open the console");
    return 0;
}

/* /dev is the one mount of an app where devices can be opened. */
static int make_devices(Host *host, HostApp *app, Error *reterr)
{
    static const MountOption options[] = { { "mode", "0755" }, { "size", "64k" }, { "nr_inodes", "64" } };
    int r = mount_new("tmpfs", options, ELEMENTSOF(options), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
                      &app->devices, reterr);

    if (r < 0)
        return r;
    r = device_nodes_make(app->devices);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the devices");
    if (mkdirat(app->devices, "pts", 0755) < 0 || mkdirat(app->devices, "shm", 01777) < 0)
        return error_set_errno(reterr, -errno, "cannot fill /dev");
    r = make_console(app, reterr);
    if (r >= 0 && host->systemd)
        r = make_log(app, reterr);
    if (r < 0)
        return r;
    app->null = openat(app->devices, "null", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return app->null < 0 ? error_set_errno(reterr, -errno, "cannot open the null device") : 0;
}

static int clone_volume(const PlanMount *m, int record, int *ret, Error *reterr)
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
    return r < 0 ? error_set_errno(reterr, r, "cannot mount volume source \"%s\"", m->source) : 0;
}

static int gather_app(Host *host, HostApp *app, int record, Error *reterr)
{
    const PlanApp *plan = app->plan;
    int r = app_root_mount(host->plan, plan, MOUNT_ATTR_NODEV, &app->rootfs, reterr);

    if (r >= 0)
        r = make_devices(host, app, reterr);
    if (r >= 0)
        r = credentials_gather(plan, &app->credentials, reterr);
    if (r < 0)
        return r;
    app->volumes = calloc(plan->n_mounts + 1, sizeof(int));
    if (!app->volumes)
        return -ENOMEM;
    for (size_t i = 0; i < plan->n_mounts; i++) {
        r = clone_volume(&plan->mounts[i], record, &app->volumes[i], reterr);
        if (r < 0)
            return r;
    }
    if (plan->filter && !host->no_seccomp) {
        r = seccomp_filter_read(host->pod_dir, plan->filter, &app->filter, &app->n_filter);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot read the system call filter \"%s\"", plan->filter);
    }
    return 0;
}

/* All of the pod's directory that the init can write to, and a process that may write to the init's memory.
 */
static int gather_status(Host *host, Error *reterr)
{
    int r = mount_clone(AT_FDCWD, STAGE1_SHARED, false, SAFE | MOUNT_ATTR_NOEXEC, &host->shared);

    if (r >= 0) {
        host->status_dir = openat(host->shared, strrchr(STAGE1_STATUS, '/') + 1,
                                  O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        r = host->status_dir < 0 ? -errno : 0;
    }
    return r < 0 ? error_set_errno(reterr, r, "cannot open the pod's %s", STAGE1_STATUS) : 0;
}

int host_gather(Host *host, Error *reterr)
{
    /* As systemd-nspawn has it, in which the original's apps ran. */
    static const MountOption shared_memory[] = { { "mode", "1777" },
                                                 { "size", "10%" },
                                                 { "nr_inodes", "200k" } };
    _cleanup_close_ int record = -EBADF;
    int r = make_pod_root(host, reterr);

    if (r >= 0)
        r = gather_status(host, reterr);
    if (r >= 0)
        r = app_root_open_record(host->plan, &record, reterr);
    if (r >= 0)
        r = mount_new("tmpfs", shared_memory, ELEMENTSOF(shared_memory), SAFE, &host->shared_memory, reterr);
    for (size_t i = 0; r >= 0 && i < host->plan->n_apps; i++) {
        r = gather_app(host, &host->apps[i], record, reterr);
        if (r < 0)
            (void) error_prefix(reterr, r, "app %s", host->apps[i].plan->name);
    }
    if (r < 0)
        return r;
    r = app_root_clone_file(host->resolv_mode, "/etc/resolv.conf", STAGE1_RESOLV_CONF, record,
                            &host->resolv_conf, reterr);
    return r < 0 ? r
                 : app_root_clone_file(host->hosts_mode, "/etc/hosts", STAGE1_HOSTS, record, &host->hosts,
                                       reterr);
}

/* ----- The journal ----- */

/* That journald may not be there yet: systemd uses the directory that it finds, and keeps it. Where it can't
 * be made, or found, apps log to nobody. */
void host_gather_journal(Host *host)
{
    enum { READABLE = SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY };
    const char *name = host->journal_namespace;
    char sockets[256];

    (void) snprintf(sockets, sizeof(sockets), "/run/systemd/journal%s%s", name ? "." : "", name ? name : "");
    if (name)
        (void) mkdir(sockets, 0755);
    (void) mount_clone(AT_FDCWD, sockets, false, READABLE, &host->journal_sockets);
}
