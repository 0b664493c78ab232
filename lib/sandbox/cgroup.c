/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel: Documentation/admin-guide/cgroup-v2.rst. systemd: CGROUP_DELEGATION.md, whose rules apply here:
 * only what is below a delegated cgroup is changed, and processes are in leaves only. */

#include "cgroup.h"

#include <linux/magic.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "sandbox/mount-table.h"

enum { CGROUP_FILE_MAX = 64 * 1024, PROCS_MAX = 16 * 1024 * 1024, KILL_ROUNDS = 100, KILL_PAUSE_US = 100 };

/* ----- Where ----- */

/* A mount that another one hides shows something else. */
static int open_mount_point(const char *path)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct statfs fs;

    if (fd < 0 || fstatfs(fd, &fs) < 0)
        return -errno;
    return fs.f_type == CGROUP2_SUPER_MAGIC ? TAKE_FD(fd) : -ENOENT;
}

int cgroup_open_root(int *ret)
{
    _cleanup_mount_table_ MountTable mounts = { 0 };
    int r = open_mount_point("/sys/fs/cgroup");

    if (r >= 0) { /* nearly always here, and mountinfo grows with the host's mounts */
        *ret = r;
        return 0;
    }
    r = mount_table_read(&mounts);
    for (size_t i = 0; r >= 0 && i < mounts.n; i++) {
        int fd = streq(mounts.entries[i].type, "cgroup2") ? open_mount_point(mounts.entries[i].point)
                                                          : -ENOENT;

        if (fd < 0)
            continue;
        *ret = fd;
        return 0;
    }
    return r < 0 ? r : -ENOENT;
}

int cgroup_open_pid(pid_t pid, int *ret, char **ret_path)
{
    _cleanup_free_ char *text = NULL;
    _cleanup_close_ int root = -EBADF, fd = -EBADF;
    char path[64];
    int r;

    /* Not by getpid(): a pod's init, which has no procfs of its own yet, would find the host's PID 1. */
    if (pid > 0)
        (void) snprintf(path, sizeof(path), "/proc/%d/cgroup", (int) pid);
    else
        (void) snprintf(path, sizeof(path), "/proc/self/cgroup");
    r = read_file_at(AT_FDCWD, path, CGROUP_FILE_MAX, &text, NULL);
    if (r < 0)
        return r;
    r = cgroup_open_root(&root);
    if (r < 0)
        return r;
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        const char *own = startswith(line, "0::/");

        if (!own)
            continue;
        fd = open_beneath(root, *own ? own : ".", O_RDONLY | O_DIRECTORY, 0);
        if (fd < 0)
            return fd;
        if (ret_path) {
            *ret_path = strdup(own - 1);
            if (!*ret_path)
                return -ENOMEM;
        }
        *ret = TAKE_FD(fd);
        return 0;
    }
    return -ENOENT;
}

int cgroup_is_delegated(int cgroup)
{
    static const char *const names[] = { "trusted.delegate", "user.delegate" };

    for (size_t i = 0; i < ELEMENTSOF(names); i++) {
        char value[2];

        if (fgetxattr(cgroup, names[i], value, sizeof(value)) == 1 && value[0] == '1')
            return 1;
    }
    return 0;
}

/* ----- Files of a cgroup ----- */

static int write_attribute(int cgroup, const char *name, const char *text)
{
    _cleanup_close_ int fd = openat(cgroup, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return -errno;
    /* One write(2), because the kernel takes each write as a whole. */
    return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static const struct {
    CgroupController controller;
    const char *name;
} controllers[] = {
    { CGROUP_CPU, "cpu" },       { CGROUP_CPUSET, "cpuset" }, { CGROUP_IO, "io" },
    { CGROUP_MEMORY, "memory" }, { CGROUP_PIDS, "pids" },
};

static int read_controllers(int cgroup, const char *file)
{
    _cleanup_free_ char *text = NULL;
    char *state = NULL;
    int r, mask = 0;

    r = read_file_at(cgroup, file, 4096, &text, NULL);
    if (r < 0)
        return r;
    for (char *name = strtok_r(text, " \n", &state); name; name = strtok_r(NULL, " \n", &state))
        for (size_t i = 0; i < ELEMENTSOF(controllers); i++)
            if (streq(controllers[i].name, name))
                mask |= (int) controllers[i].controller;
    return mask;
}

int cgroup_controllers(int cgroup)
{
    return read_controllers(cgroup, "cgroup.controllers");
}

int cgroup_enable_controllers(int cgroup, unsigned wanted)
{
    int r, available = cgroup_controllers(cgroup);

    if (available < 0)
        return available;
    /* One by one: a controller that cannot be enabled must not affect the others. */
    for (size_t i = 0; i < ELEMENTSOF(controllers); i++) {
        char text[16];

        if (!(controllers[i].controller & wanted & (unsigned) available))
            continue;
        (void) snprintf(text, sizeof(text), "+%s", controllers[i].name);
        r = write_attribute(cgroup, "cgroup.subtree_control", text);
        if (r == -EBUSY || r == -EACCES || r == -EPERM)
            return r;
    }
    return read_controllers(cgroup, "cgroup.subtree_control");
}

int cgroup_make(int parent, const char *name, int *ret)
{
    int fd;

    if (mkdirat(parent, name, 0755) < 0 && errno != EEXIST)
        return -errno;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret = fd;
    return 0;
}

/* ----- Limits ----- */

uint64_t cgroup_weight_from_shares(uint64_t shares)
{
    enum { SHARES_MIN = 2, SHARES_MAX = 262144, WEIGHT_MIN = 1, WEIGHT_MAX = 10000 };

    if (shares < SHARES_MIN)
        shares = SHARES_MIN;
    if (shares > SHARES_MAX)
        shares = SHARES_MAX;
    return WEIGHT_MIN + (shares - SHARES_MIN) * (WEIGHT_MAX - WEIGHT_MIN) / (SHARES_MAX - SHARES_MIN);
}

enum { VALUE_MAX = 48 };

static void format_number(uint64_t value, char text[static VALUE_MAX])
{
    (void) snprintf(text, VALUE_MAX, "%llu", (unsigned long long) value);
}

/* The kernel accepts no quota under 1 ms, in a period of at most 1 s; 100 ms is its default. */
static void format_cpu_max(uint64_t millicores, char text[static VALUE_MAX])
{
    uint64_t period_us = millicores < 10 ? 1000000 : 100000;

    (void) snprintf(text, VALUE_MAX, "%llu %llu", (unsigned long long) (millicores * (period_us / 1000)),
                    (unsigned long long) period_us);
}

static void format_cpu_weight(uint64_t shares, char text[static VALUE_MAX])
{
    (void) snprintf(text, VALUE_MAX, "%llu", (unsigned long long) cgroup_weight_from_shares(shares));
}

static const struct Limit {
    const char *isolator, *attribute, *controller_name;
    CgroupController controller;
    size_t offset;
    void (*format)(uint64_t value, char text[static VALUE_MAX]);
} limit_table[] = {
    { "resource/memory", "memory.max", "memory", CGROUP_MEMORY, offsetof(CgroupLimits, memory),
      format_number },
    { "resource/cpu", "cpu.max", "cpu", CGROUP_CPU, offsetof(CgroupLimits, cpu), format_cpu_max },
    { "os/linux/cpu-shares", "cpu.weight", "cpu", CGROUP_CPU, offsetof(CgroupLimits, cpu_shares),
      format_cpu_weight },
    { "coreos.com/rkt/pids-max", "pids.max", "pids", CGROUP_PIDS, offsetof(CgroupLimits, pids),
      format_number },
};

static uint64_t limit_value(const struct Limit *limit, const CgroupLimits *limits)
{
    return *(const uint64_t *) ((const char *) limits + limit->offset);
}

unsigned cgroup_limits_need(const CgroupLimits *limits)
{
    unsigned need = 0;

    for (size_t i = 0; i < ELEMENTSOF(limit_table); i++)
        if (limit_value(&limit_table[i], limits) > 0)
            need |= limit_table[i].controller;
    return need;
}

int cgroup_set_limits(int cgroup, const CgroupLimits *limits, Error *reterr)
{
    int r, available = cgroup_limits_need(limits) > 0 ? cgroup_controllers(cgroup) : 0;

    if (available < 0)
        return error_set_errno(reterr, available, "cannot read the cgroup's controllers");
    for (size_t i = 0; i < ELEMENTSOF(limit_table); i++) {
        const struct Limit *limit = &limit_table[i];
        char text[VALUE_MAX];

        if (limit_value(limit, limits) == 0)
            continue;
        if (!((unsigned) available & limit->controller))
            return error_set(reterr, -EOPNOTSUPP,
                             "%s cannot be applied: the pod's cgroup has no %s controller (the host does not "
                             "have it, and the limit must be left out; or the pod's unit lacks Delegate=yes, "
                             "which units of pod files have)",
                             limit->isolator, limit->controller_name);
        limit->format(limit_value(limit, limits), text);
        r = write_attribute(cgroup, limit->attribute, text);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot apply %s: writing \"%s\" to %s", limit->isolator, text,
                                   limit->attribute);
    }
    return 0;
}

/* ----- Processes ----- */

int cgroup_move(int cgroup, pid_t pid)
{
    char text[16];

    (void) snprintf(text, sizeof(text), "%d", (int) pid);
    return write_attribute(cgroup, "cgroup.procs", text);
}

/* Calls back for each sub-cgroup. Stops at the first error. */
static int for_each_child(int cgroup, int (*callback)(int parent, const char *name))
{
    _cleanup_closedir_ DIR *d = NULL;
    int r = directory_open(cgroup, ".", &d);

    while (r >= 0) {
        struct dirent *entry = (errno = 0, readdir(d));

        if (!entry)
            return -errno;
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            r = callback(cgroup, entry->d_name);
    }
    return r;
}

static int kill_one(int cgroup);

static int kill_child(int parent, const char *name)
{
    _cleanup_close_ int child = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (child < 0)
        return errno == ENOENT ? 0 : -errno;
    return kill_one(child);
}

/* Until none is left, because processes may fork in the meantime. */
static int kill_one(int cgroup)
{
    for (unsigned round = 0; round < KILL_ROUNDS; round++) {
        _cleanup_free_ char *text = NULL;
        char *state = NULL;
        int r = read_file_at(cgroup, "cgroup.procs", PROCS_MAX, &text, NULL);

        if (r < 0)
            return r == -ENODEV ? 0 : r;
        if (*text == '\0')
            break;
        for (char *pid = strtok_r(text, "\n", &state); pid; pid = strtok_r(NULL, "\n", &state)) {
            int64_t n;

            if (parse_i64(pid, &n) >= 0 && n > 0 && kill((pid_t) n, SIGKILL) < 0 && errno != ESRCH)
                return -errno;
        }
        (void) usleep(KILL_PAUSE_US);
    }
    return for_each_child(cgroup, kill_child);
}

int cgroup_clear(int cgroup)
{
    int r;

    (void) write_attribute(cgroup, "cgroup.freeze", "1");
    r = kill_one(cgroup);
    (void) write_attribute(cgroup, "cgroup.freeze", "0");
    return r;
}

int cgroup_kill(int cgroup)
{
    int r = write_attribute(cgroup, "cgroup.kill", "1");

    return r == -ENOENT || r == -EOPNOTSUPP ? kill_one(cgroup) : r;
}

int cgroup_remove(int parent, const char *name)
{
    _cleanup_close_ int fd = -EBADF;
    int r;

    if (unlinkat(parent, name, AT_REMOVEDIR) >= 0 || errno == ENOENT)
        return 0;
    if (errno != EBUSY && errno != ENOTEMPTY)
        return -errno;
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    r = for_each_child(fd, cgroup_remove);
    if (r < 0)
        return r;
    return unlinkat(parent, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}
