/* SPDX-License-Identifier: Apache-2.0 */
/* From the clone of `run` to the pod's init: it leaves the host's files behind for a root of its own, keeps
 * no descriptor but those that it will use, and waits until the host's side has done its part. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "host.h"
#include "stage1/layout.h"
#include "sandbox/landlock.h"
#include "sandbox/kernel-mounts.h"
#include "sandbox/mount.h"

/* Attaches and closes *mount; one that is not there is left out. */
static int attach(int *mount, int root, const char *path, MountTarget target, Error *reterr)
{
    int r = *mount < 0 ? 0 : mount_attach_at(*mount, root, path, target, reterr);

    *mount = safe_close(*mount);
    return r;
}

/* The init's descriptors of the host's files lead through mounts of their own, so that ".." ends there. These
 * lie here one over the other, to go with all the pod's mounts: a detached one that is closed makes the
 * kernel wait for all processors once more. Undermost is the init's procfs, so that no path leads there: who
 * may trace comes into this root, and must not find the init's memory in it. */
static int keep_mounts(Host *host)
{
    _cleanup_close_ int kept = open_in_root(host->root, HOST_KEPT_PATH, O_PATH | O_DIRECTORY, 0);
    int r = kept < 0 ? kept : mount_attach(host->proc, kept);

    for (size_t i = 0; r >= 0 && i < host->plan->n_apps; i++)
        if (host->apps[i].cgroup >= 0)
            r = mount_attach(host->apps[i].cgroup, kept);
    if (r >= 0 && host->journal_sockets >= 0)
        r = mount_attach(host->journal_sockets, kept);
    if (r >= 0)
        r = mount_attach(host->shared, kept); /* last: ".." of the statuses shall lead to its root */
    host->shared = safe_close(host->shared);
    return r;
}

/* The pod's root is a tmpfs of a few directories; it becomes "/" with nothing of the host left below. */
static int enter_root(Host *host, Error *reterr)
{
    _cleanup_close_ int stage = -EBADF;
    int r;

    r = mount_set_propagation(MS_PRIVATE);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the pod's mounts its own");
    stage = openat(AT_FDCWD, STAGE1_ROOTFS, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (stage < 0)
        return error_set_errno(reterr, -errno, "cannot open the pod's %s", STAGE1_ROOTFS);
    r = mount_attach(host->root, stage);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot attach the pod's root");
    r = mount_proc(MOUNT_ATTR_RDONLY, &host->proc, reterr);
    if (r < 0)
        return r;
    r = keep_mounts(host);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot keep the pod's files");
    r = attach(&host->shared_memory, host->root, HOST_SHARED_MEMORY_PATH, MOUNT_TARGET_DIRECTORY, reterr);
    if (r >= 0)
        if (r >= 0)
            r = attach(&host->resolv_conf, host->root, HOST_RESOLV_CONF_PATH, MOUNT_TARGET_FILE, reterr);
    if (r >= 0)
        r = attach(&host->hosts, host->root, HOST_HOSTS_PATH, MOUNT_TARGET_FILE, reterr);
    if (r < 0)
        return r;
    r = mount_enter_root(host->root);
    host->root = safe_close(host->root);
    return r < 0 ? error_set_errno(reterr, r, "cannot enter the pod's root") : 0;
}

void host_socket_path(const Host *host, const HostApp *app, ReceiveKind kind,
                      char ret[static HOST_SOCKET_PATH_MAX])
{
    (void) snprintf(ret, HOST_SOCKET_PATH_MAX, HOST_SOCKETS_PATH "/%zu.%s", (size_t) (app - host->apps),
                    kind == RECEIVE_NOTIFY ? "notify" : "journal");
}

static int listen_to_app(const Host *host, HostApp *app, ReceiveKind kind, Error *reterr)
{
    char path[HOST_SOCKET_PATH_MAX];
    int r;

    host_socket_path(host, app, kind, path);
    r = receiver_listen(&app->receiver, kind, path);
    return r < 0 ? error_set_errno(reterr, r, "cannot listen to app %s", app->plan->name) : 0;
}

/* Each app gets a socket of its own, in its own mounts: so a message is its app's, also from
 * a process that is gone already. */
static int listen_to_apps(Host *host, Error *reterr)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < host->plan->n_apps; i++) {
        HostApp *app = &host->apps[i];

        if (host_app_notifies(app->plan))
            r = listen_to_app(host, app, RECEIVE_NOTIFY, reterr);
        if (r >= 0 && app->plan->journal_native && host->journal_namespace)
            r = listen_to_app(host, app, RECEIVE_NATIVE, reterr);
    }
    return r;
}

/* Programs of the host go by the init's root (journalctl -M, machinectl), and who may trace us gets there. */
static int freeze_root(Error *reterr)
{
    _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = root < 0 ? -errno : mount_set_attributes(root, MOUNT_ATTR_RDONLY, 0, false);

    return r < 0 ? error_set_errno(reterr, r, "cannot make the pod's root read-only") : 0;
}

/* ----- What apps say ----- */

/* Of a service's app; a foreground process has the other ends of the pipes itself. */
static int begin_log(const Host *host, HostApp *app)
{
    AppLogOptions options = {
        .write_end = app->output,
        .directory = host->journal_sockets,
        .identifier = app->plan->name,
        .unit = host->plan->unit,
        .budget = &app->budget,
        .level_prefix = host->journal_namespace, /* the host's terminals are not for an app's emergencies */
        .on_demand = !host->journal_namespace,   /* whose journald ends when nobody has a stream of it */
    };
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    options.pipe = fds[0];
    app->carried[0] = fds[1];
    return fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : app_log_begin(&app->log, &options);
}

static int begin_logs(Host *host)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < host->plan->n_apps; i++) {
        HostApp *app = &host->apps[i];
        const int from[] = { app->console, app->errors_end }, other[] = { app->output, app->errors };

        if (host->service_main)
            r = begin_log(host, app);
        for (size_t k = 0; r >= 0 && k < ELEMENTSOF(app->carriers); k++)
            if (app->carried[k] >= 0)
                r = carrier_begin(&app->carriers[k], from[k], app->carried[k], other[k]);
    }
    return r;
}

/* All that was open in the process that we were cloned from, also what its caller left open. */
static int close_strangers(const Host *host)
{
    const int own[] = { host->status_dir, host->pod_dir,       host->notify,          host->control,
                        host->proc,       host->reaper_report, host->journal_sockets, host->go,
                        host->apps_pids,  host->own_pids };
    size_t n = ELEMENTSOF(own), n_apps = host->plan->n_apps;
    _cleanup_free_ int *keep = NULL;

    for (size_t i = 0; i < n_apps; i++)
        n += 18 + _RECEIVE_KIND_MAX + host->apps[i].plan->n_mounts + host->apps[i].sockets.n;
    keep = calloc(n, sizeof(int));
    if (!keep)
        return -ENOMEM;
    memcpy(keep, own, sizeof(own));
    n = ELEMENTSOF(own);
    for (size_t i = 0; i < n_apps; i++) {
        const HostApp *app = &host->apps[i];
        const int theirs[] = { app->rootfs,
                               app->devices,
                               app->credentials,
                               app->console,
                               app->null,
                               app->output,
                               app->errors,
                               app->cgroup,
                               app->terminals,
                               app->stdio[0],
                               app->stdio[1],
                               app->stdio[2],
                               app->errors_end,
                               app->carried[0],
                               app->carried[1],
                               app->log.options.pipe,
                               app->carriers[0].control,
                               app->carriers[1].control };

        memcpy(keep + n, theirs, sizeof(theirs));
        n += ELEMENTSOF(theirs);
        memcpy(keep + n, app->receiver.sockets, sizeof(app->receiver.sockets));
        n += _RECEIVE_KIND_MAX;
        for (size_t j = 0; j < app->plan->n_mounts; j++)
            keep[n++] = app->volumes[j];
        for (size_t j = 0; j < app->sockets.n; j++)
            keep[n++] = app->sockets.items[j].fd;
    }
    sort_fds(keep, n);
    return close_all_but(STDERR_FILENO + 1, keep, n);
}

void host_await_go(Host *host)
{
    if (host->going)
        return;
    if (control_await_go(host->go) < 0)
        _exit(POD_EXIT_FAILURE); /* the host's side has said why */
    host->going = true;
    host->go = safe_close(host->go);
}

/* What systemctl status and ps show of the init: "rkt: pod web", by its UUID where no file declares it. */
static void show_title(Host *host)
{
    const char *unit = host->plan->unit, *name = unit ? startswith(unit, "rkt-") : NULL;
    char title[512];
    size_t n;

    if (name && endswith(name, ".service"))
        (void) snprintf(title, sizeof(title), "rkt: pod %.*s", (int) (strlen(name) - strlen(".service")),
                        name);
    else
        (void) snprintf(title, sizeof(title), "rkt: pod %s", unit ? unit : host->uuid);
    if (host->command_line_size == 0)
        return;
    n = strlen(title);
    if (n >= host->command_line_size)
        n = host->command_line_size - 1;
    memset(host->command_line, 0, host->command_line_size);
    memcpy(host->command_line, title, n);
}

int host_set_up(Host *host, Error *reterr)
{
    int r;

    (void) setsid();
    show_title(host);
    (void) prctl(PR_SET_NAME, "rkt-init");
    if (prctl(PR_SET_DUMPABLE, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot hide the pod's init from its apps");
    r = host_join_namespaces(host);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot join the pod's namespaces");
    if (sethostname(host->hostname, strlen(host->hostname)) < 0)
        return error_set_errno(reterr, -errno, "cannot set the host name \"%s\"", host->hostname);
    if (host->network_none) {
        r = host_raise_loopback();
        if (r < 0)
            return error_set_errno(reterr, r, "cannot raise the loopback interface");
    }
    if (host->home == CGROUP_HOME_SCOPE) {
        host_await_go(host); /* we are in the scope then */
        r = host_enter_cgroups(host, reterr);
        if (r >= 0)
            r = host_confine_cgroups(host, reterr);
        if (r < 0)
            return r;
    }
    r = enter_root(host, reterr);
    if (r >= 0) {
        r = begin_logs(host);
        if (r < 0)
            r = error_set_errno(reterr, r, "cannot hear what the apps say");
    }
    if (r >= 0) {
        r = host_make_reaper(host);
        if (r < 0)
            r = error_set_errno(reterr, r, "cannot make the apps' pid namespace");
    }
    if (r >= 0)
        r = listen_to_apps(host, reterr);
    if (r >= 0)
        r = freeze_root(reterr);
    if (r < 0)
        return r;
    r = close_strangers(host);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot close what is not the pod's");
    r = host_await_reaper(host);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot confine the first process of the apps' pid namespace");
    /* Here and not in each app, so that the apps are one domain. */
    r = host->network_none || host->no_seccomp ? 0 : landlock_scope_abstract_sockets();
    return r < 0 ? error_set_errno(reterr, r, "cannot close the host's abstract sockets to the pod") : 0;
}
