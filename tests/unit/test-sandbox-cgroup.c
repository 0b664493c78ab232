/* SPDX-License-Identifier: Apache-2.0 */
/* Sub-cgroups, and what a device program lets a process in one do. Works below the test's own cgroup, which
 * must be writable. */

#include "sandbox/cgroup.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "sandbox/device.h"
#include "sandbox/linger.h"

#include "test.h"

static void test_weight(void)
{
    static const struct {
        uint64_t shares, weight;
    } cases[] = { { 2, 1 }, { 1024, 39 }, { 262144, 10000 }, { 0, 1 }, { UINT64_MAX, 10000 }, { 100, 4 } };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_int(cgroup_weight_from_shares(cases[i].shares), cases[i].weight);
}

static void test_need(void)
{
    assert_int(cgroup_limits_need(&(CgroupLimits){ 0 }), 0);
    assert_int(cgroup_limits_need(&(CgroupLimits){ .memory = 1 }), CGROUP_MEMORY);
    assert_int(cgroup_limits_need(&(CgroupLimits){ .cpu_shares = 2, .memory = 1 }),
               CGROUP_MEMORY | CGROUP_CPU);
}

static void test_missing_controller(int cgroup)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int available = cgroup_controllers(cgroup);

    assert_true(available >= 0);
    if (available & CGROUP_MEMORY)
        return;
    assert_int(cgroup_set_limits(cgroup, &(CgroupLimits){ .memory = 1 << 20 }, &error), -EOPNOTSUPP);
    assert_str(
            error_cause(&error),
            "resource/memory cannot be applied: the pod's cgroup has no memory controller (the host does not "
            "have it, and the limit must be left out; or the pod's unit lacks Delegate=yes, which units of "
            "pod files have)");
    assert_int(cgroup_set_limits(cgroup, &(CgroupLimits){ 0 }, NULL), 0);
}

static pid_t start_sleeper(int cgroup)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        for (;;)
            (void) pause();
    }
    assert_int(cgroup_move(cgroup, pid), 0);
    return pid;
}

/* Whether a process is in it or below it. */
static bool is_populated(int cgroup)
{
    _cleanup_free_ char *text = NULL;

    assert_int(read_file_at(cgroup, "cgroup.events", 4096, &text, NULL), 0);
    return strstr(text, "populated 1");
}

/* Where processes can be cloned into still, which on some kernels cgroup_kill() forecloses. */
static void test_clear(int cgroup)
{
    pid_t pid = start_sleeper(cgroup);
    struct clone_args args = { .flags = CLONE_INTO_CGROUP,
                               .exit_signal = SIGCHLD,
                               .cgroup = (uint64_t) cgroup };
    int status;

    assert_int(cgroup_clear(cgroup), 0);
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    pid = (pid_t) syscall(SYS_clone3, &args, sizeof(args));
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(7);
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void test_kill(int cgroup, int child)
{
    pid_t pids[] = { start_sleeper(cgroup), start_sleeper(child) };
    _cleanup_free_ char *path = NULL;
    _cleanup_close_ int of_pid = -EBADF;
    int status;

    assert_int(cgroup_open_pid(pids[1], &of_pid, &path), 0);
    assert_true(endswith(path, "/child"));
    assert_true(is_populated(cgroup));
    assert_int(cgroup_kill(cgroup), 0);
    for (size_t i = 0; i < ELEMENTSOF(pids); i++) {
        assert_true(waitpid(pids[i], &status, 0) == pids[i]);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    for (unsigned i = 0; i < 3000 && is_populated(cgroup); i++)
        (void) usleep(10000);
    assert_true(!is_populated(cgroup));
}

/* In the cgroup: errno of making and opening a device, 0 when it went well. */
static int try_device(int cgroup, const char *directory, mode_t type, unsigned major, unsigned minor,
                      int flags)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        _cleanup_close_ int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -EBADF;

        assert_int(cgroup_move(cgroup, 0), 0);
        (void) unlinkat(dir, "node", 0);
        if (mknodat(dir, "node", type | 0666, makedev(major, minor)) < 0)
            _exit(errno);
        fd = openat(dir, "node", flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        _exit(fd < 0 ? 100 + errno : 0);
    }
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_devices(int cgroup)
{
    static const struct {
        mode_t type;
        unsigned major, minor;
        int flags, result;
    } cases[] = {
        { S_IFCHR, 1, 3, O_RDWR, 0 },           /* null */
        { S_IFCHR, 1, 9, O_RDONLY, 0 },         /* urandom */
        { S_IFCHR, 5, 1, O_RDWR, 100 + EPERM }, /* the host's console */
        { S_IFCHR, 5, 2, O_RDWR, EPERM },       /* ptmx, of which there is a link */
        { S_IFCHR, 1, 1, O_RDONLY, EPERM },     /* mem */
        { S_IFBLK, 1, 3, O_RDONLY, EPERM },     /* a block device of null's number */
        { S_IFBLK, 254, 0, O_RDONLY, EPERM },
        { S_IFCHR, 136, 77, O_RDONLY, 100 + EIO }, /* a terminal that nobody has opened */
        { S_IFBLK, 136, 77, O_RDONLY, EPERM },
        { S_IFCHR, 0, 3, O_RDONLY, EPERM }, /* null's minor */
        { S_IFCHR, 1, 11, O_WRONLY, 0 },    /* kmsg, to be written, as the extra rule has it */
        { S_IFCHR, 1, 11, O_RDONLY, 100 + EPERM },
    };
    const DeviceRule extra = { S_IFCHR, 1, 11, DEVICE_WRITE | DEVICE_MKNOD };
    const DeviceRule impossible[] = { { S_IFCHR, 0, 1 << 20 | 1, DEVICE_ALL },
                                      { S_IFCHR, 4096, 1, DEVICE_ALL } };
    char directory[] = "/tmp/test-device-XXXXXX";
    int r;

    r = device_confine_cgroup(cgroup, &extra, 1);
    if (r == -EPERM || r == -EINVAL || r == -ENOSYS) {
        skip_part("device programs", strerror(-r));
        return;
    }
    assert_int(r, 0);
    for (size_t i = 0; i < ELEMENTSOF(impossible); i++)
        assert_int(device_confine_cgroup(cgroup, &impossible[i], 1), -ERANGE);
    assert_true(mkdtemp(directory));
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        int got =
                try_device(cgroup, directory, cases[i].type, cases[i].major, cases[i].minor, cases[i].flags);

        if (got != cases[i].result)
            fprintf(stderr, "case %zu:\n", i);
        assert_int(got, cases[i].result);
    }
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
}

/* What the socket then has of it; -1: the call fails. */
static struct linger set_linger(int fd, struct linger value, socklen_t size)
{
    socklen_t got = sizeof(value);
    struct linger room[4] = { value };

    if (setsockopt(fd, SOL_SOCKET, SO_LINGER, room, size) < 0)
        return (struct linger){ -1, errno };
    assert_int(getsockopt(fd, SOL_SOCKET, SO_LINGER, &value, &got), 0);
    return value;
}

static void try_lingering(void)
{
    static const struct {
        struct linger set;
        socklen_t size;
        struct linger got;
    } cases[] = {
        { { 1, 3600 }, sizeof(struct linger), { 0, 0 } },
        { { 1, -1 }, sizeof(struct linger), { 0, 0 } },
        { { -1, 1 }, sizeof(struct linger), { 0, 0 } },
        { { 1, 0 }, sizeof(struct linger), { 1, 0 } }, /* resets the connection */
        { { 0, 7 }, sizeof(struct linger), { 0, 0 } },
        { { 1, 3600 }, 2 * sizeof(struct linger), { -1, EPERM } },
        { { 1, 3600 }, 4, { -1, EPERM } },
    };
    static char large[256 * 1024];
    const int families[] = { AF_UNIX, AF_INET };

    for (size_t i = 0; i < 2 * ELEMENTSOF(cases); i++) {
        _cleanup_close_ int fd = socket(families[i % 2], SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct linger got = set_linger(fd, cases[i / 2].set, cases[i / 2].size);

        assert_true(fd >= 0);
        assert_int(got.l_onoff, cases[i / 2].got.l_onoff);
        assert_int(got.l_linger, cases[i / 2].got.l_linger);
        /* Longer than what the program is shown of it. */
        assert_int(setsockopt(fd, SOL_SOCKET, SO_LINGER, large, sizeof(large)), -1);
        assert_int(errno, EPERM);
        assert_int(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, large, sizeof(large)), 0);
    }
}

static void test_lingering(int cgroup)
{
    _cleanup_close_ int program = linger_load();
    int status;
    pid_t pid;

    if (program == -EPERM || program == -EINVAL || program == -ENOSYS) {
        skip_part("programs for socket options", strerror(-program));
        return;
    }
    assert_true(program >= 0);
    assert_int(linger_forbid(cgroup, program), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        assert_int(cgroup_move(cgroup, 0), 0);
        try_lingering();
        _exit(0);
    }
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_int(status, 0);
}

int main(void)
{
    _cleanup_close_ int own = -EBADF, cgroup = -EBADF, child = -EBADF;
    struct stat st;
    DeviceRule rule;
    char name[64];
    int r;

    test_weight();
    test_need();
    assert_int(stat("/", &st), 0);
    assert_int(device_rule_from_stat(&st, DEVICE_ALL, &rule), -ENODEV);
    assert_int(stat("/dev/null", &st), 0);
    assert_int(device_rule_from_stat(&st, DEVICE_READ, &rule), 0);
    assert_true(rule.type == S_IFCHR && rule.major == 1 && rule.minor == 3 && rule.access == DEVICE_READ);

    (void) snprintf(name, sizeof(name), "test-rkt-%d", (int) getpid());
    r = cgroup_open_pid(0, &own, NULL);
    if (r >= 0)
        r = cgroup_make(own, name, &cgroup);
    if (r < 0) {
        printf("no cgroup can be made here: %s\n", strerror(-r));
        return 77;
    }
    assert_int(cgroup_make(cgroup, "child", &child), 0);
    assert_true(cgroup_is_delegated(cgroup) == 0);
    test_missing_controller(cgroup);
    test_clear(child);
    test_kill(cgroup, child);
    test_devices(cgroup);
    test_lingering(cgroup);
    assert_int(cgroup_remove(own, name), 0);
    assert_int(cgroup_remove(own, name), 0);
    return 0;
}
