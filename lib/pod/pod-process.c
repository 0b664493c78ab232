/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/file-util.h"
#include "base/process.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "stage1/layout.h"

/* ----- The number ----- */

static int read_pid_file(const Pod *pod, const char *name, pid_t *ret)
{
    _cleanup_free_ char *text = NULL;
    uint64_t value;
    int r;

    r = read_one_line_at(pod->fd, name, &text);
    if (r < 0)
        return r;
    if (parse_u64(text, &value) < 0 || value == 0 || value > INT32_MAX)
        return -EBADMSG;
    *ret = (pid_t) value;
    return 0;
}

/* A stage1 that is not ours may write only its own pid: then the pod's init is that process's only child. */
static int read_child_pid(pid_t parent, pid_t *ret)
{
    _cleanup_free_ char *path = NULL, *text = NULL;
    uint64_t value;
    int r;

    if (asprintf(&path, "/proc/%d/task/%d/children", (int) parent, (int) parent) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    r = read_one_line_at(AT_FDCWD, path, &text);
    if (r < 0)
        return r == -ENOENT ? -ENODATA : r;
    text[strcspn(text, " ")] = '\0';
    if (parse_u64(text, &value) < 0 || value > INT32_MAX)
        return -ENODATA;
    *ret = (pid_t) value;
    return 0;
}

int pod_read_pid(const Pod *pod, pid_t *ret)
{
    pid_t parent;
    int r = read_pid_file(pod, STAGE1_PID, ret);

    if (r != -ENOENT)
        return r;
    r = read_pid_file(pod, POD_PPID, &parent);
    if (r < 0)
        return r == -ENOENT ? -ENODATA : r;
    return read_child_pid(parent, ret);
}

/* ----- With a stage1 that notes only the number ----- */

enum { CLOCK_SLACK_NS = 2000000000 };

/* Whether it was started before the number was written, provided that the clock was not set in the
 * meantime. */
static bool is_old_enough(const Pod *pod, pid_t pid)
{
    struct timespec real, boot;
    struct stat st;
    uint64_t ticks;
    int64_t started;

    if ((fstatat(pod->fd, STAGE1_PID, &st, AT_SYMLINK_NOFOLLOW) < 0 &&
         fstatat(pod->fd, POD_PPID, &st, AT_SYMLINK_NOFOLLOW) < 0) ||
        process_start_time(pid, &ticks) < 0 || clock_gettime(CLOCK_REALTIME, &real) < 0 ||
        clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
        return false;
    started = timespec_ns(&real) - timespec_ns(&boot) + (int64_t) ticks * (1000000000 / sysconf(_SC_CLK_TCK));
    return started <= timespec_ns(&st.st_mtim) + CLOCK_SLACK_NS;
}

static bool leads_to(int dir, const char *name, const struct stat *pod)
{
    struct stat st;

    return fstatat(dir, name, &st, 0) >= 0 && st.st_dev == pod->st_dev && st.st_ino == pod->st_ino;
}

/* Every user who may look at pods can hold the directory, so only a process of root counts. */
static bool holds_pod(const Pod *pod, pid_t pid)
{
    _cleanup_closedir_ DIR *fds = NULL;
    struct stat directory, process;
    char path[32];

    (void) snprintf(path, sizeof(path), "/proc/%d/fd", (int) pid);
    if (fstat(pod->fd, &directory) < 0 || directory_open(AT_FDCWD, path, &fds) < 0 ||
        fstat(dirfd(fds), &process) < 0 || process.st_uid != 0)
        return false;
    if (leads_to(dirfd(fds), "../cwd", &directory) || leads_to(dirfd(fds), "../root", &directory))
        return true;
    for (const struct dirent *entry; (entry = readdir(fds));)
        if (entry->d_name[0] != '.' && leads_to(dirfd(fds), entry->d_name, &directory))
            return true;
    return false;
}

static pid_t parent_of(pid_t pid)
{
    _cleanup_free_ char *text = NULL;
    const char *field;
    char path[32];

    (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
    if (read_one_line_at(AT_FDCWD, path, &text) < 0)
        return 0;
    field = strrchr(text, ')');
    return field && strlen(field) > 4 ? (pid_t) strtol(field + 4, NULL, 10) : 0;
}

static int open_by_number(const Pod *pod, pid_t *ret_pid)
{
    _cleanup_close_ int process = -EBADF;
    pid_t pid;
    int r = pod_read_pid(pod, &pid);

    if (r < 0)
        return r;
    process = (int) syscall(SYS_pidfd_open, pid, 0);
    if (process < 0)
        return errno == EINVAL ? -ESRCH : -errno;
    if (!is_old_enough(pod, pid) && !holds_pod(pod, pid) && !holds_pod(pod, parent_of(pid)))
        return -ESRCH;
    if (process_has_ended(process))
        return -ESRCH;
    if (ret_pid)
        *ret_pid = pid;
    return TAKE_FD(process);
}

/* ----- In both cases ----- */

int pod_process_open(const Pod *pod, pid_t *ret_pid)
{
    int process = process_open_noted(pod->fd, STAGE1_PROCESS, ret_pid);

    return process == -ENOENT ? open_by_number(pod, ret_pid) : process;
}

static int found(int process _unused_, void *userdata _unused_)
{
    return 1;
}

bool pod_process_lives(const Pod *pod)
{
    _cleanup_close_ int process = process_open_noted(pod->fd, STAGE1_PROCESS, NULL);

    if (process >= 0)
        return true;
    return process == -ESRCH && process_foreach_with_mounts(pod->fd, STAGE1_MOUNTS, found, NULL) > 0;
}
