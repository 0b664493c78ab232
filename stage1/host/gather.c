/* SPDX-License-Identifier: Apache-2.0 */
/* What only the host's side can make, made as descriptors: in the pod's namespaces no path of the host is
 * left. Mounts stay detached until the init or an app's own namespace attaches them, so the host never sees
 * one, and all are gone with the pod.
 *
 * Paths of the pod are relative to the working directory: POD_FD_LOCK is a detached mount itself, and kernels
 * before 6.15 neither clone from one nor attach to one. */

#include "pod-parts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "app-root.h"
#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/uuid.h"
#include "sandbox/mount.h"
#include "stage1/interface.h"
#include "stage1/layout.h"
#include "steps.h"

enum { SAFE = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV };

typedef struct Gathering {
    PodParts *pod;
    int record; /* of what apps may write to */
} Gathering;

/* ----- The pod's root ----- */

static int make_root(Gathering *g, Error *reterr)
{
    static const char *const directories[] = { "shm", "app",      "scratch",  "kept", "etc",
                                               "run", "run/host", "run/apps", "share" };
    static const MountOption options[] = { { "mode", "0755" }, { "size", "1m" } };
    int *root = &g->pod->fds[POD_FD_ROOT];
    int r = mount_new("tmpfs", options, ELEMENTSOF(options), SAFE, root, reterr);

    for (size_t i = 0; r >= 0 && i < ELEMENTSOF(directories); i++)
        if (mkdirat(*root, directories[i], 0755) < 0)
            r = error_set_errno(reterr, -errno, "cannot make /%s in the pod's root", directories[i]);
    return r;
}

/* Where `journalctl -M` looks. */
static int make_journal_directory(Gathering *g, _unused_ Error *reterr)
{
    char id[UUID_PLAIN_LENGTH + 1];
    char path[sizeof("var/log/journal/") + UUID_PLAIN_LENGTH];

    uuid_without_dashes(g->pod->settings.uuid, id);
    (void) snprintf(path, sizeof(path), "var/log/journal/%s", id);
    return mkdir_parents_at(g->pod->fds[POD_FD_ROOT], path, 0755);
}

static int put_file(const Gathering *g, const char *name, const char *text)
{
    _cleanup_close_ int fd = openat(g->pod->fds[POD_FD_ROOT], name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    return fd < 0 ? -errno : write_full(fd, text, strlen(text));
}

static int put_hosts(Gathering *g, _unused_ Error *reterr)
{
    _cleanup_free_ char *text = NULL;

    if (asprintf(&text, STAGE1_DEFAULT_HOSTS, g->pod->settings.uuid) < 0)
        return -ENOMEM;
    return put_file(g, "etc/hosts", text);
}

static int put_hostname(Gathering *g, _unused_ Error *reterr)
{
    char line[256];

    (void) snprintf(line, sizeof(line), "%s\n", g->pod->settings.hostname);
    return put_file(g, "etc/hostname", line);
}

/* systemd's container interface. */
static int put_identity(Gathering *g, _unused_ Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    int r = put_file(g, "run/host/container-manager", "rkt\n");

    if (r < 0 || (read_file_at(AT_FDCWD, "/etc/os-release", 64 * 1024, &text, NULL) < 0 &&
                  read_file_at(AT_FDCWD, "/usr/lib/os-release", 64 * 1024, &text, NULL) < 0))
        return r;
    return put_file(g, "run/host/os-release", text);
}

/* ----- What all apps have ----- */

/* All of the pod's directory that the init can write to, and a process that may write to the init's memory.
 */
static int open_status(Gathering *g, _unused_ Error *reterr)
{
    int *fds = g->pod->fds;
    int r = mount_clone(AT_FDCWD, STAGE1_SHARED, false, SAFE | MOUNT_ATTR_NOEXEC, &fds[POD_FD_SHARED]);

    if (r < 0)
        return r;
    fds[POD_FD_STATUS] = openat(fds[POD_FD_SHARED], strrchr(STAGE1_STATUS, '/') + 1,
                                O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return fds[POD_FD_STATUS] < 0 ? -errno : 0;
}

static int open_record(Gathering *g, Error *reterr)
{
    return app_root_open_record(g->pod->settings.plan, &g->record, reterr);
}

static int make_shared_memory(Gathering *g, Error *reterr)
{
    /* As systemd-nspawn has it, in which the original's apps ran. */
    static const MountOption options[] = { { "mode", "1777" }, { "size", "10%" }, { "nr_inodes", "200k" } };

    return mount_new("tmpfs", options, ELEMENTSOF(options), SAFE, &g->pod->fds[POD_FD_SHARED_MEMORY], reterr);
}

static int gather_apps(Gathering *g, Error *reterr)
{
    int r = 0;

    FOREACH_APP_PARTS (app, g->pod)
        if (r >= 0)
            r = gather_app(&g->pod->settings, g->pod->fds[POD_FD_LOCK], g->record, g->pod->fds[POD_FD_IDMAP],
                           app, reterr);
    return r;
}

static int clone_resolv_conf(Gathering *g, Error *reterr)
{
    return app_root_clone_file(g->pod->settings.resolv_mode, "/etc/resolv.conf", STAGE1_RESOLV_CONF,
                               g->record, &g->pod->fds[POD_FD_RESOLV_CONF], reterr);
}

static int clone_hosts(Gathering *g, Error *reterr)
{
    return app_root_clone_file(g->pod->settings.hosts_mode, "/etc/hosts", STAGE1_HOSTS, g->record,
                               &g->pod->fds[POD_FD_HOSTS], reterr);
}

static const struct {
    const char *doing;
    int (*perform)(Gathering *g, Error *reterr);
} steps[] = {
    { "make the pod's root", make_root },
    { "make a journal's directory in the pod's root", make_journal_directory },
    { "write /etc/hosts in the pod's root", put_hosts },
    { "write /etc/hostname in the pod's root", put_hostname },
    { "fill /run/host in the pod's root", put_identity },
    { "open the pod's " STAGE1_STATUS, open_status },
    { "open the record of what apps may write to", open_record },
    { "make the apps' shared memory", make_shared_memory },
    { "gather what the apps need", gather_apps },
    { "give the apps their resolv.conf", clone_resolv_conf },
    { "give the apps their hosts", clone_hosts },
};

int gather_pod(PodParts *pod, Error *reterr)
{
    Gathering gathering = { .pod = pod, .record = -EBADF };
    int r = STEPS_PERFORM(steps, &gathering, reterr);

    (void) safe_close(gathering.record);
    return r;
}

/* ----- The journal ----- */

/* That journald may not be there yet: systemd uses the directory that it finds, and keeps it. Where it can't
 * be made, or found, apps log to nobody. */
void gather_journal(PodParts *pod)
{
    enum { READABLE = SAFE | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY };
    const char *name = pod->settings.journal_namespace;
    char sockets[256];

    if (!pod->settings.systemd)
        return;
    (void) snprintf(sockets, sizeof(sockets), "/run/systemd/journal%s%s", name ? "." : "", name ? name : "");
    if (name)
        (void) mkdir(sockets, 0755);
    (void) mount_clone(AT_FDCWD, sockets, false, READABLE, &pod->fds[POD_FD_JOURNAL_SOCKETS]);
}
