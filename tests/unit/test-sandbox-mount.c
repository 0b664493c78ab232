/* SPDX-License-Identifier: Apache-2.0 */
/* In a mount namespace of its own, on a tmpfs: nothing of it is seen outside. */

#include "sandbox/kernel-mounts.h"
#include "sandbox/mount.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "sandbox/device.h"

#include "test.h"

static void put(int dir, const char *path, const char *text)
{
    assert_int(write_file_at(dir, path, text, strlen(text), 0644, 0), 0);
}

static bool readable_as(int dir, const char *path, const char *text)
{
    _cleanup_free_ char *got = NULL;
    _cleanup_close_ int fd = open_in_root(dir, path, O_RDONLY, 0);

    return fd >= 0 && read_fd(fd, 4096, &got, NULL) >= 0 && streq(got, text);
}

/* Each target lands where the expected path says, and nowhere else. */
static void test_targets(int root)
{
    static const struct {
        const char *path;
        MountTarget target;
        int r;
        const char *expected; /* without links */
    } cases[] = {
        { "/data", MOUNT_TARGET_DIRECTORY, 0, "data" },
        { "data", MOUNT_TARGET_DIRECTORY, 0, "data" },
        { "/a/b/c", MOUNT_TARGET_DIRECTORY, 0, "a/b/c" },
        { "/a/b/file", MOUNT_TARGET_FILE, 0, "a/b/file" },
        { "/a//b/./d/", MOUNT_TARGET_DIRECTORY, 0, "a/b/d" },
        { "/../../../up", MOUNT_TARGET_DIRECTORY, 0, "up" },
        { "/new/../beside", MOUNT_TARGET_DIRECTORY, 0, "beside" },
        { "/", MOUNT_TARGET_DIRECTORY, 0, "." },
        { "/absolute/x", MOUNT_TARGET_DIRECTORY, 0, "real/x" },                /* -> /real */
        { "/escape/y", MOUNT_TARGET_DIRECTORY, 0, "y" },                       /* -> ../../.. */
        { "/etc/resolv.conf", MOUNT_TARGET_FILE, 0, "run/resolve/stub.conf" }, /* a link to nothing */
        { "/loop", MOUNT_TARGET_DIRECTORY, -ELOOP, NULL },
        { "/loop/x", MOUNT_TARGET_DIRECTORY, -ELOOP, NULL },
        { "/plain", MOUNT_TARGET_DIRECTORY, -ENOTDIR, NULL },
        { "/plain/x", MOUNT_TARGET_DIRECTORY, -ENOTDIR, NULL },
        { "/real", MOUNT_TARGET_FILE, -EISDIR, NULL },
        { "/absolute", MOUNT_TARGET_API, -ELOOP, NULL },
        { "/real", MOUNT_TARGET_API, 0, "real" },
        { "/proc-new", MOUNT_TARGET_API, 0, "proc-new" },
    };

    assert_int(mkdirat(root, "real", 0755), 0);
    assert_int(mkdirat(root, "etc", 0755), 0);
    assert_int(symlinkat("/real", root, "absolute"), 0);
    assert_int(symlinkat("../../../..", root, "escape"), 0);
    assert_int(symlinkat("../run/resolve/stub.conf", root, "etc/resolv.conf"), 0);
    assert_int(symlinkat("loop", root, "loop"), 0);
    put(root, "plain", "");
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_close_ int fd = -EBADF;
        struct stat got, expected;
        int r = mount_target_open(root, cases[i].path, cases[i].target, &fd);

        if (r != cases[i].r)
            fprintf(stderr, "%s:\n", cases[i].path);
        assert_int(r, cases[i].r);
        if (r < 0)
            continue;
        assert_int(fstat(fd, &got), 0);
        assert_int(fstatat(root, cases[i].expected, &expected, AT_SYMLINK_NOFOLLOW), 0);
        assert_int(got.st_ino, expected.st_ino);
    }
}

static void test_clone(int base, int root)
{
    _cleanup_close_ int mount = -EBADF, target = -EBADF;

    assert_int(mkdirat(base, "volume", 0755), 0);
    put(base, "volume/file", "of the volume");
    assert_int(mount_clone(base, "volume", true, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, &mount), 0);
    /* The target is swapped for a link after it was resolved: the mount stays where it was meant to be. */
    assert_int(mount_target_open(root, "/swapped", MOUNT_TARGET_DIRECTORY, &target), 0);
    assert_int(renameat(root, "swapped", root, "moved"), 0);
    assert_int(symlinkat("/etc", root, "swapped"), 0);
    assert_int(mount_attach(mount, target), 0);
    assert_true(readable_as(root, "/moved/file", "of the volume"));
    assert_true(!readable_as(root, "/etc/file", "of the volume"));
    assert_int(openat(mount, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), -1);
    assert_int(errno, EROFS);
    assert_int(mount_set_attributes(mount, 0, MOUNT_ATTR_RDONLY, false), 0);
    put(mount, "new", "");
}

static void test_overlay(int base, const char *path)
{
    _cleanup_free_ char *lower = NULL, *upper = NULL, *work = NULL;
    _cleanup_close_ int mount = -EBADF, target = -EBADF;
    _cleanup_error_ Error error = ERROR_INIT;

    /* Every character that some kernel's option parser minds. */
    assert_int(mkdirat(base, "lower:,\\ x", 0755), 0);
    assert_int(mkdirat(base, "upper", 0755), 0);
    assert_int(mkdirat(base, "work", 0755), 0);
    put(base, "lower:,\\ x/file", "of the image");
    assert_true(asprintf(&lower, "%s/lower:,\\ x", path) > 0);
    assert_true(asprintf(&upper, "%s/upper", path) > 0);
    assert_true(asprintf(&work, "%s/work", path) > 0);
    assert_int(mount_overlay((char *[]){ lower, NULL }, upper, work, MOUNT_ATTR_NODEV, &mount, &error), 0);
    assert_int(mount_target_open(base, "overlay", MOUNT_TARGET_DIRECTORY, &target), 0);
    assert_int(mount_attach(mount, target), 0);
    put(mount, "file", "of the app");
    assert_true(readable_as(base, "overlay/file", "of the app"));
    assert_true(readable_as(base, "upper/file", "of the app"));
    assert_true(readable_as(base, "lower:,\\ x/file", "of the image"));
    assert_int(mount_overlay((char *[]){ (char *) "/nonexistent", NULL }, upper, work, 0, &mount, &error),
               -ENOENT);
    assert_str(error_cause(&error), "cannot open \"/nonexistent\": No such file or directory");
}

/* n layers, of which each has a file of its own and says which is the topmost. */
static void test_layers(int base, const char *path, size_t n)
{
    _cleanup_close_ int mount = -EBADF, target = -EBADF, dir = -EBADF;
    _cleanup_strv_ char **layers = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    char name[64];

    assert_int(mkdirat(base, "layers", 0755), 0);
    assert_int(mkdirat(base, "layers/mount", 0755), 0);
    dir = openat(base, "layers", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < n; i++) {
        assert_int(strv_extendf(&layers, "%s/layers/%zu", path, i), 0);
        assert_int(mkdir(layers[i], 0755), 0);
        (void) snprintf(name, sizeof(name), "%zu/%zu", i, i);
        put(dir, name, name);
        (void) snprintf(name, sizeof(name), "%zu/topmost", i);
        put(dir, name, name);
    }
    if (mount_overlay(layers, NULL, NULL, 0, &mount, &error) < 0) {
        fprintf(stderr, "%zu layers: %s\n", n, error_cause(&error));
        assert_true(n > 8 && strstr(error_cause(&error), "lowerdir+")); /* a kernel before 6.8 */
        assert_int(remove_tree_at(base, "layers"), 0);
        return;
    }
    assert_int(mount_target_open(base, "layers/mount", MOUNT_TARGET_DIRECTORY, &target), 0);
    assert_int(mount_attach(mount, target), 0);
    assert_true(readable_as(base, "layers/mount/topmost", "0/topmost"));
    for (size_t i = 0; i < n; i++) {
        char file[64];

        (void) snprintf(name, sizeof(name), "%zu/%zu", i, i);
        (void) snprintf(file, sizeof(file), "layers/mount/%zu", i);
        assert_true(readable_as(base, file, name));
    }
    assert_int(openat(mount, "new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600), -1);
    assert_int(errno, EROFS);
    (void) snprintf(name, sizeof(name), "%s/layers/mount", path);
    assert_int(umount2(name, MNT_DETACH), 0);
    assert_int(remove_tree_at(base, "layers"), 0);
}

static void expect_hidden(int root, const char *path)
{
    _cleanup_close_ int fd = open_in_root(root, path, O_PATH, 0);
    struct statfs fs;
    struct stat st;

    if (fd == -ENOENT)
        return;
    assert_true(fd >= 0);
    assert_int(fstat(fd, &st), 0);
    assert_int(st.st_mode & 07777, 0);
    assert_int(fstatfs(fd, &fs), 0);
    assert_int(fs.f_type, 0x01021994); /* tmpfs */
}

static void expect_write(int root, const char *path, int expected)
{
    _cleanup_close_ int fd = open_in_root(root, path, O_WRONLY, 0);

    if (fd != -ENOENT)
        assert_int(fd < 0 ? fd : 0, expected);
}

static void test_restrict(int root, int scratch)
{
    static const char *const hidden[] = {
        "/proc/kcore",       "/proc/kallsyms",    "/proc/timer_list",
        "/proc/keys",        "/sys/firmware",     "/sys/fs",
        "/sys/module",       "/sys/power",        "/sys/devices/virtual/powercap",
        "/proc/iomem",       "/proc/interrupts",  "/proc/softirqs",
        "/proc/slabinfo",    "/proc/kpagecount",  "/proc/kpageflags",
        "/proc/kpagecgroup", "/proc/vmallocinfo", "/proc/modules",
        "/proc/zoneinfo",    "/proc/fs",          "/proc/irq",
        "/proc/kmsg",        "/proc/tty/driver",  "/sys/kernel/btf",
        "/sys/kernel/notes", "/sys/kernel/slab",  "/sys/kernel/vmcoreinfo"
    };
    /* What programs read of the machine they run on. */
    static const char *const shown[] = { "/proc/meminfo",
                                         "/proc/stat",
                                         "/proc/cpuinfo",
                                         "/proc/loadavg",
                                         "/proc/uptime",
                                         "/proc/vmstat",
                                         "/proc/diskstats",
                                         "/proc/version",
                                         "/proc/filesystems",
                                         "/proc/sys/kernel/osrelease",
                                         "/sys/devices/system/cpu/online" };
    _cleanup_close_ int proc = -EBADF, sys = -EBADF;
    _cleanup_error_ Error error = ERROR_INIT;
    struct timespec start, end;

    assert_int(mount_proc(0, &proc, NULL), 0);
    assert_int(mount_attach_at(proc, root, "/proc", MOUNT_TARGET_API, NULL), 0);
    assert_int(mount_sys(&sys, NULL), 0);
    assert_int(mount_attach_at(sys, root, "/sys", MOUNT_TARGET_API, NULL), 0);
    (void) clock_gettime(CLOCK_MONOTONIC, &start);
    if (mount_restrict_paths(proc, sys, true, scratch, &error) < 0) {
        error_print(&error, -EIO, "test", true);
        exit(1);
    }
    (void) clock_gettime(CLOCK_MONOTONIC, &end);
    printf("paths restricted in %ld us\n",
           (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000);
    for (size_t i = 0; i < ELEMENTSOF(hidden); i++)
        expect_hidden(root, hidden[i]);
    for (size_t i = 0; i < ELEMENTSOF(shown); i++) {
        _cleanup_close_ int fd = open_in_root(root, shown[i], O_RDONLY, 0);
        char byte;

        assert_int(read(fd, &byte, 1), 1);
    }
    expect_write(root, "/proc/pressure/memory", -EROFS);
    expect_write(root, "/proc/sys/kernel/core_pattern", -EROFS);
    expect_write(root, "/proc/sys/vm/panic_on_oom", -EROFS);
    expect_write(root, "/proc/sysrq-trigger", -EROFS);
    expect_write(root, "/sys/kernel/profiling", -EROFS);
    expect_write(root, "/proc/sys/net/ipv4/ip_forward", 0);
    expect_write(root, "/proc/self/oom_score_adj", 0);
}

/* The image's /proc is a link, or our mount was covered: nothing trusts that name. */
static void test_api_refusals(int root)
{
    _cleanup_close_ int proc = -EBADF;
    _cleanup_error_ Error error = ERROR_INIT;

    assert_int(symlinkat("/real", root, "proc-link"), 0);
    assert_int(mount_proc(0, &proc, NULL), 0);
    assert_int(mount_attach_at(proc, root, "/proc-link", MOUNT_TARGET_API, &error), -ELOOP);
    assert_str(error_cause(&error),
               "\"/proc-link\" is a symbolic link in the image; nothing can be mounted there");
    error_done(&error);
    assert_true(mount_new("nosuchfs", NULL, 0, 0, &proc, &error) == -ENODEV);
    assert_str(error_cause(&error), "cannot make a file system of type nosuchfs: No such device");
    error_done(&error);
    assert_true(mount_new("tmpfs", &(MountOption){ "size", "much" }, 1, 0, &proc, &error) == -EINVAL);
    assert_true(startswith(error_cause(&error), "cannot make a file system of type tmpfs: "));
}

static void write_map(pid_t pid, const char *name)
{
    static const char map[] = "0 100000 1000\n";
    char path[64];
    int fd;

    (void) snprintf(path, sizeof(path), "/proc/%d/%s", (int) pid, name);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(write(fd, map, strlen(map)) == (ssize_t) strlen(map));
    (void) close(fd);
}

static int open_user_namespace(void)
{
    int ready[2], fd = -EBADF;
    char path[64];
    pid_t pid;

    assert_int(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void) !write(ready[1], unshare(CLONE_NEWUSER) < 0 ? "n" : "y", 1);
        (void) sleep(10);
        _exit(0);
    }
    assert_int((int) read(ready[0], path, 1), 1);
    if (*path == 'y') {
        write_map(pid, "uid_map");
        write_map(pid, "gid_map");
        (void) snprintf(path, sizeof(path), "/proc/%d/ns/user", (int) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    (void) kill(pid, SIGKILL);
    assert_true(waitpid(pid, NULL, 0) == pid);
    (void) close(ready[0]);
    (void) close(ready[1]);
    return fd;
}

static void test_owners(int tmpfs)
{
    _cleanup_close_ int idmap = open_user_namespace(), mapped = -EBADF, plain = -EBADF;
    struct stat st;
    int r;

    put(tmpfs, "owned", "");
    assert_int(mount_clone(tmpfs, "owned", false, 0, &plain), 0);
    assert_int(mount_map_owners(plain, -EBADF, false), 0);
    assert_int(fstat(plain, &st), 0);
    assert_int(st.st_uid, 0);
    if (idmap < 0) {
        skip_part("owners are mapped", "no user namespace can be made");
        return;
    }
    assert_int(mount_clone(tmpfs, "owned", false, 0, &mapped), 0);
    r = mount_map_owners(mapped, idmap, false);
    if (r == -EINVAL) { /* until Linux 6.3 */
        skip_part("owners are mapped", "tmpfs of this kernel can't");
        return;
    }
    assert_int(r, 0);
    assert_int(fstat(mapped, &st), 0);
    assert_int(st.st_uid, 100000);
    assert_int(st.st_gid, 100000);
}

static void test_dev_and_root(int root)
{
    static const MountOption options[] = { { "mode", "0755" } };
    _cleanup_close_ int dev = -EBADF, fd = -EBADF;
    struct stat st;

    assert_int(mount_new("tmpfs", options, 1, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, &dev, NULL), 0);
    assert_int(mount_attach_at(dev, root, "/dev", MOUNT_TARGET_API, NULL), 0);
    assert_int(device_nodes_make(dev), 0);
    assert_int(mount_enter_root(root), 0);
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int(stat("/dev/net/tun", &st), 0);
    assert_int(st.st_mode, S_IFCHR | 0666);
    assert_int(access("/usr/bin/env", F_OK), -1);
    assert_int(access("/../../../usr/bin/env", F_OK), -1);
    assert_int(stat("..", &st), 0);
}

static void run(const char *path)
{
    static const MountOption options[] = { { "mode", "0755" } };
    _cleanup_close_ int tmpfs = -EBADF, target = -EBADF, root = -EBADF, scratch = -EBADF;

    assert_int(mount_set_propagation(MS_PRIVATE), 0);
    target = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int(mount_new("tmpfs", options, 1, 0, &tmpfs, NULL), 0);
    assert_int(mount_attach(tmpfs, target), 0);
    assert_int(mkdirat(tmpfs, "root", 0755), 0);
    assert_int(mkdirat(tmpfs, "scratch", 0755), 0);
    scratch = openat(tmpfs, "scratch", O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_int(mount_clone(tmpfs, "root", false, 0, &root), 0);
    assert_int(mount_attach_at(root, tmpfs, "root", MOUNT_TARGET_DIRECTORY, NULL), 0);
    test_targets(root);
    test_clone(tmpfs, root);
    test_owners(tmpfs);
    test_overlay(tmpfs, path);
    test_layers(tmpfs, path, 2);
    test_layers(tmpfs, path, 8);
    test_layers(tmpfs, path, 127);
    test_restrict(root, scratch);
    test_api_refusals(root);
    test_dev_and_root(root);
}

int main(void)
{
    char path[] = "/tmp/test-mount-XXXXXX";
    int status;
    pid_t pid;

    if (geteuid() != 0) {
        printf("not root: nothing can be mounted\n");
        return 77;
    }
    assert_true(mkdtemp(path));
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0)
            exit(77);
        run(path);
        exit(0);
    }
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_int(rmdir(path), 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        printf("no mount namespace of our own\n");
        return 77;
    }
    return status == 0 ? 0 : 1;
}
