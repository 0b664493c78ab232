/* SPDX-License-Identifier: Apache-2.0 */
/* A pid is only a number. All that is opened here is of one process: its pidfd is opened first, and it still
 * lives when all is opened. It is the init of this pod: it was started when the pod's record says, and it
 * holds the pod's directory and the app's mount namespace. The namespaces are the init's, not those of a
 * process of the app, which might have made others for itself. */

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd-util.h"
#include "base/process.h"
#include "base/string-util.h"
#include "entry.h"
#include "host.h"
#include "stage1/layout.h"
#include "sandbox/cgroup.h"
#include "sandbox/seccomp-load.h"

enum { START_ROUNDS = 500, START_PAUSE_US = 10000 };

void entry_done(Entry *entry)
{
    plan_free(entry->plan);
    free(entry->uuid);
    free(entry->filter);
    entry->init_fd = safe_close(entry->init_fd);
    entry->mounts = safe_close(entry->mounts);
    entry->processes = safe_close(entry->processes);
    entry->cgroup = safe_close(entry->cgroup);
    entry->init_cgroup = safe_close(entry->init_cgroup);
}

/* The record is written when the app is about to run, which may be a moment after the pod's start. */
static int await_record(Entry *entry)
{
    for (unsigned i = 0;; i++) {
        int r = entry_record_read(AT_FDCWD, entry->app_name, &entry->record);

        if (r != -ENOENT || i == START_ROUNDS)
            return r;
        (void) usleep(START_PAUSE_US);
    }
}

static int find_app(Entry *entry, Error *reterr)
{
    int r = plan_read(AT_FDCWD, &entry->plan, reterr);

    if (r >= 0)
        r = plan_find_app(entry->plan, entry->app_name, &entry->app, reterr);
    if (r < 0)
        return r;
    r = await_record(entry);
    if (r == -ENOENT)
        return error_set(reterr, r, "app \"%s\" has not been started yet", entry->app_name);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read how app \"%s\" was started", entry->app_name);
    if (!entry->app->filter || entry->record.running.no_seccomp)
        return 0;
    r = seccomp_filter_read(AT_FDCWD, entry->app->filter, &entry->filter, &entry->n_filter);
    return r < 0 ? error_set_errno(reterr, r, "cannot read the system call filter \"%s\"", entry->app->filter)
                 : 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* One of the namespaces that the init holds: those of mounts, its own of processes, and the apps'. */
static void keep_namespace(Entry *entry, int fd, ino_t inode, ino_t own_processes)
{
    if (inode == entry->record.mounts && entry->mounts < 0)
        entry->mounts = fd;
    else if (inode != own_processes && entry->processes < 0 && ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWPID)
        entry->processes = fd;
    else
        (void) safe_close(fd);
}

/* Among the descriptors of the process whose directory in /proc this is. */
static int find_namespaces(Entry *entry, int process, Error *reterr)
{
    _cleanup_closedir_ DIR *dir = NULL;
    struct stat pod, own;
    bool holds_pod = false;
    int r = directory_open(process, "fd", &dir);

    if (r < 0 || stat(".", &pod) < 0 || fstatat(process, "ns/pid", &own, 0) < 0)
        return error_set_errno(reterr, r < 0 ? r : -errno, "cannot read the namespaces of the pod's init");
    for (struct dirent *entry_of_dir; (entry_of_dir = readdir(dir));) {
        struct stat st;

        if (fstatat(dirfd(dir), entry_of_dir->d_name, &st, 0) < 0)
            continue;
        holds_pod = holds_pod || is_same(&st, &pod);
        if (st.st_dev == own.st_dev)
            keep_namespace(entry, openat(dirfd(dir), entry_of_dir->d_name, O_RDONLY | O_CLOEXEC), st.st_ino,
                           own.st_ino);
    }
    if (!holds_pod || entry->mounts < 0 || entry->processes < 0)
        return error_set(reterr, -ESRCH, "process %d is not the init of this pod", (int) entry->init);
    return 0;
}

static int find_cgroup(Entry *entry, Error *reterr)
{
    _cleanup_free_ char *path = NULL, *app = NULL;
    int r = cgroup_open_pid(entry->init, &entry->init_cgroup, &path);

    if (r < 0)
        return error_set_errno(reterr, r, "cannot find the pod's cgroup");
    if (asprintf(&app, "../%s", entry->app_name) < 0)
        return -ENOMEM;
    entry->cgroup = openat(entry->init_cgroup, endswith(path, "/" HOST_INIT_CGROUP) ? app : ".",
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return entry->cgroup < 0
                   ? error_set_errno(reterr, -errno, "cannot open the cgroup of app \"%s\"", entry->app_name)
                   : 0;
}

static int open_process(pid_t pid, int *ret_fd, int *ret_directory)
{
    pid_t noted = 0;
    char path[32];

    (void) snprintf(path, sizeof(path), "/proc/%d", (int) pid);
    *ret_fd = process_open_noted(AT_FDCWD, STAGE1_PROCESS, &noted);
    if (*ret_fd < 0)
        return *ret_fd;
    if (noted != pid)
        return -ESRCH;
    *ret_directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *ret_directory < 0 ? -errno : 0;
}

int entry_find(Entry *entry, Error *reterr)
{
    _cleanup_close_ int directory = -EBADF;
    int r = find_app(entry, reterr);

    if (r < 0)
        return r;
    r = open_process(entry->init, &entry->init_fd, &directory);
    if (r == -ESRCH)
        return error_set(reterr, r, "process %d is not the init of this pod", (int) entry->init);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot find the pod's init");
    r = find_namespaces(entry, directory, reterr);
    if (r >= 0)
        r = find_cgroup(entry, reterr);
    if (r >= 0 && process_has_ended(entry->init_fd))
        r = error_set(reterr, -ESRCH, "the pod has just ended");
    return r;
}
