/* SPDX-License-Identifier: Apache-2.0 */
/* From the clone of `run` to the pod's init: it leaves the host's files behind for a root of its own, and
 * keeps no descriptor but those that it will use. The table at the end has the order, and its reasons. */

#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "control.h"
#include "loopback.h"
#include "sandbox/kernel-mounts.h"
#include "sandbox/landlock.h"
#include "sandbox/mount.h"
#include "stage1/layout.h"
#include "steps.h"

typedef struct SetUp {
    Init *init;
    PodParts *parts;
} SetUp;

/* ----- Taking over ----- */

static int take_descriptors(const SetUp *s, _unused_ Error *reterr)
{
    int *fds = s->parts->fds;

    s->init->go = TAKE_FD(fds[POD_FD_GO]);
    s->init->lock = TAKE_FD(fds[POD_FD_LOCK]);
    s->init->status_dir = TAKE_FD(fds[POD_FD_STATUS]);
    s->init->notify = TAKE_FD(fds[POD_FD_NOTIFY]);
    s->init->control = TAKE_FD(fds[POD_FD_CONTROL]);
    s->init->journal.directory = TAKE_FD(fds[POD_FD_JOURNAL_SOCKETS]);
    s->init->journal.is_the_hosts = !s->init->pod->journal_namespace;
    return 0;
}

static int take_apps(const SetUp *s, _unused_ Error *reterr)
{
    Init *init = s->init;
    AppParts *parts = s->parts->apps;

    init->apps = calloc(init->pod->plan->n_apps, sizeof(App));
    if (!init->apps)
        return -ENOMEM;
    FOREACH_APP (app, init) {
        *app = (App){
            .plan = parts->plan,
            .parts = parts,
            .namespace_fd = -EBADF,
            .report = -EBADF,
            .go = -EBADF,
            .refusals = REFUSALS_INIT,
            .budget = { .limit = init->pod->line_limit },
            .carriers = { CARRIER_INIT, CARRIER_INIT },
            .log = APP_LOG_INIT,
        };
        parts++;
    }
    return 0;
}

/* What systemctl status and ps show of the init: "rkt: pod web", by its UUID where no file declares it. */
static int show_title(const SetUp *s, _unused_ Error *reterr)
{
    const PodSettings *pod = s->init->pod;
    const char *unit = pod->plan->unit, *name = unit ? startswith(unit, "rkt-") : NULL;
    char title[512];
    size_t n;

    if (name && endswith(name, ".service"))
        (void) snprintf(title, sizeof(title), "rkt: pod %.*s", (int) (strlen(name) - strlen(".service")),
                        name);
    else
        (void) snprintf(title, sizeof(title), "rkt: pod %s", unit ? unit : pod->uuid);
    (void) setsid();
    (void) prctl(PR_SET_NAME, "rkt-init");
    if (pod->command_line_size == 0)
        return 0;
    n = strlen(title);
    if (n >= pod->command_line_size)
        n = pod->command_line_size - 1;
    memset(pod->command_line, 0, pod->command_line_size);
    memcpy(pod->command_line, title, n);
    return 0;
}

static int forbid_dumping(_unused_ const SetUp *s, _unused_ Error *reterr)
{
    return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : 0;
}

/* ----- Namespaces and cgroups ----- */

static int join_namespaces(const SetUp *s, _unused_ Error *reterr)
{
    return namespace_helper_join(&s->parts->namespaces);
}

static int set_hostname(const SetUp *s, _unused_ Error *reterr)
{
    const char *hostname = s->init->pod->hostname;

    return sethostname(hostname, strlen(hostname)) < 0 ? -errno : 0;
}

static int raise_loopback(const SetUp *s, _unused_ Error *reterr)
{
    return s->init->pod->network_none ? loopback_raise() : 0;
}

/* Only once we are in the scope. */
static int divide_scope(const SetUp *s, Error *reterr)
{
    PodParts *parts = s->parts;
    int r;

    if (parts->cgroups.home != CGROUP_HOME_SCOPE)
        return 0;
    init_await_go(s->init);
    r = cgroups_enter(&parts->cgroups, &parts->settings, parts->apps, reterr);
    return r < 0 ? r : cgroups_confine(&parts->cgroups, &parts->settings, parts->apps, reterr);
}

/* ----- The pod's root, a tmpfs of a few directories ----- */

static int make_mounts_private(_unused_ const SetUp *s, _unused_ Error *reterr)
{
    return mount_set_propagation(MS_PRIVATE);
}

static int attach_root(const SetUp *s, _unused_ Error *reterr)
{
    _cleanup_close_ int stage = openat(AT_FDCWD, STAGE1_ROOTFS, O_PATH | O_DIRECTORY | O_CLOEXEC);

    return stage < 0 ? -errno : mount_attach(s->parts->fds[POD_FD_ROOT], stage);
}

static int make_proc(const SetUp *s, Error *reterr)
{
    return mount_proc(MOUNT_ATTR_RDONLY, &s->init->proc, reterr);
}

/* The init's descriptors of the host's files lead through mounts of their own, so that ".." ends there. These
 * lie here one over the other, to go with all the pod's mounts: a detached one that is closed makes the
 * kernel wait for all processors once more. Undermost is the init's procfs, so that no path leads there: a
 * process that may trace comes into this root, and must not find the init's memory in it. */
static int keep_mounts(const SetUp *s, _unused_ Error *reterr)
{
    int *fds = s->parts->fds;
    _cleanup_close_ int kept = open_in_root(fds[POD_FD_ROOT], HOST_KEPT_PATH, O_PATH | O_DIRECTORY, 0);
    int r = kept < 0 ? kept : mount_attach(s->init->proc, kept);

    FOREACH_APP_PARTS (app, s->parts)
        if (r >= 0 && app->fds[APP_FD_CGROUP] >= 0)
            r = mount_attach(app->fds[APP_FD_CGROUP], kept);
    if (r >= 0 && s->init->journal.directory >= 0)
        r = mount_attach(s->init->journal.directory, kept);
    if (r >= 0)
        r = mount_attach(fds[POD_FD_SHARED], kept); /* last: ".." of the statuses shall lead to its root */
    fds[POD_FD_SHARED] = safe_close(fds[POD_FD_SHARED]);
    return r;
}

static int attach_shared(const SetUp *s, Error *reterr)
{
    static const struct {
        PodFd mount;
        const char *path;
        MountTarget target;
    } shared[] = {
        { POD_FD_SHARED_MEMORY, HOST_SHARED_MEMORY_PATH, MOUNT_TARGET_DIRECTORY },
        { POD_FD_RESOLV_CONF, HOST_RESOLV_CONF_PATH, MOUNT_TARGET_FILE },
        { POD_FD_HOSTS, HOST_HOSTS_PATH, MOUNT_TARGET_FILE },
    };
    int *fds = s->parts->fds, r = 0;

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(shared); i++) {
        int *mount = &fds[shared[i].mount];

        if (*mount >= 0)
            r = mount_attach_at(*mount, fds[POD_FD_ROOT], shared[i].path, shared[i].target, reterr);
        *mount = safe_close(*mount);
    }
    return r;
}

static int enter_root(const SetUp *s, _unused_ Error *reterr)
{
    int *root = &s->parts->fds[POD_FD_ROOT], r = mount_enter_root(*root);

    *root = safe_close(*root);
    return r;
}

/* ----- The apps' side ----- */

static int begin_lines(const SetUp *s, _unused_ Error *reterr)
{
    return apps_begin_lines(s->init);
}

static int start_reaper(const SetUp *s, _unused_ Error *reterr)
{
    int *fds = s->parts->fds;
    int r = reaper_start(&s->init->reaper, s->init->proc, fds[POD_FD_MACHINED], fds[POD_FD_REGISTER]);

    fds[POD_FD_MACHINED] = safe_close(fds[POD_FD_MACHINED]);
    fds[POD_FD_REGISTER] = safe_close(fds[POD_FD_REGISTER]);
    return r;
}

void app_socket_path(const Init *init, const App *app, ReceiveKind kind, char ret[static APP_SOCKET_PATH_MAX])
{
    (void) snprintf(ret, APP_SOCKET_PATH_MAX, HOST_SOCKETS_PATH "/%zu.%s", (size_t) (app - init->apps),
                    kind == RECEIVE_NOTIFY ? "notify" : "journal");
}

static int listen_to_app(const Init *init, App *app, ReceiveKind kind, Error *reterr)
{
    char path[APP_SOCKET_PATH_MAX];
    int r;

    app_socket_path(init, app, kind, path);
    r = receiver_listen(&app->parts->receiver, kind, path);
    return r < 0 ? error_set_errno(reterr, r, "cannot listen to app %s", app->plan->name) : 0;
}

/* Each app gets a socket of its own, in its own mounts: so a message is its app's, also from
 * a process that is gone already. */
static int listen_to_apps(const SetUp *s, Error *reterr)
{
    Init *init = s->init;
    int r = 0;

    FOREACH_APP (app, init) {
        if (r >= 0 && plan_app_notifies(app->plan))
            r = listen_to_app(init, app, RECEIVE_NOTIFY, reterr);
        if (r >= 0 && app->plan->journal_native && init->pod->journal_namespace)
            r = listen_to_app(init, app, RECEIVE_NATIVE, reterr);
    }
    return r;
}

/* ----- Closing ----- */

/* Programs of the host go by the init's root (journalctl -M, machinectl), and a process that may trace us
 * gets there. */
static int freeze_root(_unused_ const SetUp *s, _unused_ Error *reterr)
{
    _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

    return root < 0 ? -errno : mount_set_attributes(root, MOUNT_ATTR_RDONLY, 0, false);
}

static size_t list_app(const App *app, int *ret)
{
    size_t n = app_parts_list(app->parts, ret);

    ret[n++] = app->log.options.pipe;
    for (size_t k = 0; k < ELEMENTSOF(app->carriers); k++)
        ret[n++] = app->carriers[k].control;
    return n;
}

/* All that was open in the process that we were cloned from, also what its caller left open. */
static int close_strangers(const SetUp *s, _unused_ Error *reterr)
{
    const Init *init = s->init;
    const int own[] = { init->lock,
                        init->status_dir,
                        init->notify,
                        init->control,
                        init->go,
                        init->proc,
                        init->journal.directory,
                        init->reaper.apps_pids,
                        init->reaper.own_pids,
                        init->reaper.report };
    size_t n = ELEMENTSOF(own);
    _cleanup_free_ int *keep = NULL;

    FOREACH_APP (app, init)
        n += app_parts_count(app->parts) + 1 + ELEMENTSOF(app->carriers);
    keep = calloc(n, sizeof(int));
    if (!keep)
        return -ENOMEM;
    memcpy(keep, own, sizeof(own));
    n = ELEMENTSOF(own);
    FOREACH_APP (app, init)
        n += list_app(app, keep + n);
    sort_fds(keep, n);
    return close_all_but(STDERR_FILENO + 1, keep, n);
}

static int await_reaper(const SetUp *s, _unused_ Error *reterr)
{
    return reaper_await(&s->init->reaper);
}

static int close_abstract_sockets(const SetUp *s, _unused_ Error *reterr)
{
    const PodSettings *pod = s->init->pod;

    return pod->network_none || pod->no_seccomp ? 0 : landlock_scope_abstract_sockets();
}

static const struct {
    const char *doing;
    int (*perform)(const SetUp *s, Error *reterr);
} steps[] = {
    /* First: whatever fails, the host's side is awaited before we end. */
    { "take over what was gathered", take_descriptors },
    { "take over the apps", take_apps },
    { "show the pod's name", show_title },
    /* Before anything of the pod is near. */
    { "hide the pod's init from its apps", forbid_dumping },
    { "join the pod's namespaces", join_namespaces },
    { "set the host name", set_hostname },
    { "raise the loopback interface", raise_loopback },
    /* Before the host's cgroups are out of sight. */
    { "divide the pod's scope", divide_scope },
    { "make the pod's mounts its own", make_mounts_private },
    { "attach the pod's root", attach_root },
    { "mount the pod's /proc", make_proc },
    { "keep the pod's files", keep_mounts },
    { "attach what all apps have", attach_shared },
    /* Nothing of the host is left below it. */
    { "enter the pod's root", enter_root },
    /* Early, while no app is there that could take all processes that the pod can have. */
    { "hear what the apps say", begin_lines },
    { "make the apps' pid namespace", start_reaper },
    { "listen to the apps", listen_to_apps },
    { "make the pod's root read-only", freeze_root },
    { "close what is not the pod's", close_strangers },
    /* Before an app can see it. */
    { "confine the first process of the apps' pid namespace", await_reaper },
    /* Here and not in each app, so that the apps are one domain. */
    { "close the host's abstract sockets to the pod", close_abstract_sockets },
};

int init_set_up(Init *init, PodParts *parts, Error *reterr)
{
    const SetUp set_up = { init, parts };

    return STEPS_PERFORM(steps, &set_up, reterr);
}

void init_await_go(Init *init)
{
    if (init->go < 0)
        return;
    if (control_await_go(init->go) < 0)
        _exit(POD_EXIT_FAILURE); /* the host's side has said why */
    init->go = safe_close(init->go);
}
