/* SPDX-License-Identifier: Apache-2.0 */
/* In a mount namespace of its own, on a tmpfs in a place where only root may write. */

#include "sandbox/host-path.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "sandbox/writable-sources.h"

#include "test.h"

#define BASE "/mnt"
#define RECORD BASE "/record"

static void make_directory(const char *path, mode_t mode, uid_t uid, gid_t gid)
{
    assert_int(mkdir(path, 0755), 0);
    assert_int(chown(path, uid, gid), 0);
    assert_int(chmod(path, mode), 0);
}

static void make_file(const char *path)
{
    assert_int(mknod(path, S_IFREG | 0644, 0), 0);
}

/* name: also the device's, which a machine without devices does not let us make. */
static bool has_devices = true;
static void make_device(const char *path)
{
    has_devices = has_devices && mknod(path, S_IFCHR | 0666, makedev(1, 7)) >= 0;
}

static void make_tree(void)
{
    static const struct {
        const char *target, *path;
    } links[] = {
        { BASE "/root/d", BASE "/root/absolute" },
        { "d/../d", BASE "/root/relative" },
        { "relative/inner", BASE "/root/chain" },
        { "circle", BASE "/root/circle" },
        { BASE "/user/link", BASE "/root/to-user" },
        { BASE "/user", BASE "/root/to-users-directory" },
        { "none", BASE "/root/nothing" },
        { BASE "/root/device", BASE "/root/to-device" },
        { "/", BASE "/user/link" },
        { BASE "/root/d", BASE "/user/d/link" },
        { "/", BASE "/group/link" },
        { "d", BASE "/root-group/link" },
        { "/", BASE "/all/link" },
        { "/", BASE "/app/link" },
        { "d", BASE "/app/inside" },
        { "/", BASE "/app/d/link" },
        { "/", BASE "/app-beside/link" },
        { "/", BASE "/lent/link" },
    };

    make_directory(BASE "/root", 0755, 0, 0);
    make_directory(BASE "/root/d", 0755, 0, 0);
    make_directory(BASE "/root/d/inner", 0755, 0, 0);
    make_directory(BASE "/user", 0755, 1000, 1000);
    make_directory(BASE "/user/d", 0755, 0, 0);
    make_directory(BASE "/group", 0775, 0, 50);
    make_directory(BASE "/root-group", 0775, 0, 0);
    make_directory(BASE "/root-group/d", 0755, 0, 0);
    make_directory(BASE "/all", 01777, 0, 0);
    make_directory(BASE "/app", 0755, 0, 0);
    make_directory(BASE "/app/d", 0755, 0, 0);
    make_directory(BASE "/app-beside", 0755, 0, 0);
    make_directory(BASE "/lent", 0755, 0, 0);
    make_directory(BASE "/bound", 0755, 0, 0);
    make_directory(BASE "/bound-below", 0755, 0, 0);
    make_file(BASE "/root/file");
    assert_int(mkfifo(BASE "/app/fifo", 0600), 0);
    make_device(BASE "/root/device");
    make_device(BASE "/user/device");
    make_device(BASE "/app/device");
    for (size_t i = 0; i < ELEMENTSOF(links); i++)
        assert_int(symlink(links[i].target, links[i].path), 0);
    assert_int(symlink("/", BASE "/root/of-user"), 0);
    assert_int(lchown(BASE "/root/of-user", 1000, 1000), 0);
    assert_int(mount(BASE "/app", BASE "/bound", NULL, MS_BIND, NULL), 0);
    assert_int(mount(BASE "/app/d", BASE "/bound-below", NULL, MS_BIND, NULL), 0);
}

static const struct Case {
    const char *path;
    int r;
    const char *found; /* without links; or a part of the error's words */
} cases[] = {
    { "/", 0, "/" },
    { BASE "/root", 0, BASE "/root" },
    { BASE "//root/./d/", 0, BASE "/root/d" },
    { BASE "/root/file", 0, BASE "/root/file" },
    { BASE "/root/absolute", 0, BASE "/root/d" },
    { BASE "/root/relative", 0, BASE "/root/d" },
    { BASE "/root/relative/", 0, BASE "/root/d" },
    { BASE "/root/chain", 0, BASE "/root/d/inner" },
    { BASE "/root/absolute/../file", 0, BASE "/root/file" },
    { "/../.." BASE "/root/./absolute/inner", 0, BASE "/root/d/inner" },
    { BASE "/root/to-users-directory", 0, BASE "/user" },
    { BASE "/user/d", 0, BASE "/user/d" },
    { BASE "/root-group/link", 0, BASE "/root-group/d" },
    { BASE "/app/d", 0, BASE "/app/d" },
    { BASE "/app/fifo", 0, BASE "/app/fifo" },
    { BASE "/app-beside/link", 0, "/" },
    { BASE "/root/none", -ENOENT, "No such file" },
    { BASE "/root/nothing", -ENOENT, "No such file" },
    { BASE "/root/absolute/none", -ENOENT, "No such file" },
    { BASE "/root/file/x", -ENOTDIR, "Not a directory" },
    { BASE "/root/absolute/../file/x", -ENOTDIR, "Not a directory" },
    { BASE "/root/circle", -ELOOP, "Too many levels" },
    { BASE "/root/of-user", -EPERM, "user 1000, who owns it," },
    { BASE "/root/to-user", -EPERM, "\"" BASE "/user/link\" is a link to \"/\"" },
    { BASE "/root/to-users-directory/link", -EPERM, "user 1000, who owns \"" BASE "/user\"" },
    { BASE "/user/link" BASE "/root", -EPERM, "is a link" },
    { BASE "/user/d/link", -EPERM, "user 1000, who owns \"" BASE "/user\"" },
    { BASE "/user/d/..", -EPERM, "\"..\" after \"" BASE "/user/d\"" },
    { BASE "/group/link", -EPERM, "group 50, which may write to \"" BASE "/group\"" },
    { BASE "/all/link", -EPERM, "every user" },
    { BASE "/app/link", -EPERM, "volume source \"" BASE "/app\"" },
    { BASE "/app/inside", -EPERM, "is a link" },
    { BASE "/app/d/link", -EPERM, "is a link" },
    { BASE "/app/d/../d", -EPERM, "\"..\" after \"" BASE "/app/d\"" },
    { BASE "/bound/link", -EPERM, "volume source \"" BASE "/bound\"" },
    { BASE "/bound-below/link", -EPERM, "volume source \"" BASE "/app\"" },
    { "/proc/self/root", -EPERM, "in a procfs" },
    { "/proc/self/fd/0", -EPERM, "in a procfs" },
}, device_cases[] = {
    { BASE "/root/device", 0, BASE "/root/device" },
    { BASE "/root/to-device", 0, BASE "/root/device" },
    { BASE "/user/device", -EPERM, "is a device" },
    { BASE "/app/device", -EPERM, "is a device" },
};

static void check(const struct Case *c, int record)
{
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_close_ int fd = -EBADF;
    struct stat got, expected;
    int r = host_path_open("the path", c->path, record, &fd, &error);

    if (r != c->r || (r < 0 && !strstr(error_cause(&error), c->found)))
        fprintf(stderr, "%s: %s\n", c->path, r < 0 ? error_cause(&error) : "opened");
    assert_int(r, c->r);
    if (r < 0) {
        assert_true(strstr(error_cause(&error), c->found));
        assert_true(strstr(error_cause(&error), c->path));
        return;
    }
    assert_int(fstat(fd, &got), 0);
    assert_int(lstat(c->found, &expected), 0);
    assert_true(got.st_dev == expected.st_dev && got.st_ino == expected.st_ino);
}

static void record_source(const char *path, int record)
{
    _cleanup_close_ int fd = open(path, O_PATH | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int(host_path_record_writable(fd, record, NULL), 0);
}

static size_t count_entries(void)
{
    _cleanup_closedir_ DIR *dir = opendir(RECORD);
    size_t n = 0;

    assert_true(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    return n;
}

/* What was recorded under one path is found under another when its mount is gone. */
static void check_lent(int record)
{
    static const struct Case lent = { BASE "/lent/link", -EPERM, "volume source \"" BASE "/lent\"" };

    make_directory(BASE "/loan", 0755, 0, 0);
    assert_int(mount(BASE "/lent", BASE "/loan", NULL, MS_BIND, NULL), 0);
    record_source(BASE "/loan", record);
    assert_int(umount(BASE "/loan"), 0);
    check(&lent, record);
}

static void set_old(const char *target)
{
    const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    _cleanup_closedir_ DIR *dir = opendir(RECORD);
    char text[256];

    assert_true(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, text, sizeof(text) - 1);

        if (n < 0)
            continue;
        text[n] = '\0';
        if (streq(text, target))
            assert_int(utimensat(dirfd(dir), entry->d_name, old, AT_SYMLINK_NOFOLLOW), 0);
    }
}

static void check_pruning(int record)
{
    const int64_t day = 24 * 3600 * INT64_C(1000000000);
    size_t before;

    make_directory(BASE "/gone", 0755, 0, 0);
    record_source(BASE "/gone", record);
    before = count_entries();
    assert_int(rmdir(BASE "/gone"), 0);
    assert_int(writable_sources_prune(record, day), 0);
    assert_int(count_entries(), before);
    set_old(BASE "/gone");
    set_old(BASE "/lent");
    assert_int(writable_sources_prune(record, day), 0);
    assert_int(count_entries(), before - 1);
    assert_int(writable_sources_prune(record, day), 0);
    assert_int(count_entries(), before - 1);
}

static void run(void)
{
    _cleanup_close_ int record = -EBADF;
    size_t n;

    assert_int(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
    assert_int(mount("tmpfs", BASE, "tmpfs", 0, "mode=0755"), 0);
    make_tree();
    record = writable_sources_open(RECORD);
    assert_true(record >= 0);
    record_source(BASE "/root/file", record);
    record_source("/", record);
    assert_int(count_entries(), 0);
    record_source(BASE "/app", record);
    n = count_entries();
    assert_int(n, 2); /* the bind mount of it, too */
    record_source(BASE "/app", record);
    record_source(BASE "/bound", record);
    assert_int(count_entries(), n);
    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        check(&cases[i], record);
    for (size_t i = 0; has_devices && i < ELEMENTSOF(device_cases); i++)
        check(&device_cases[i], record);
    check_lent(record);
    check_pruning(record);
}

int main(void)
{
    struct stat st;
    int status;
    pid_t pid;

    if (geteuid() != 0 || stat(BASE, &st) < 0 || !S_ISDIR(st.st_mode)) {
        printf("not root, or no directory " BASE ": nothing can be mounted there\n");
        return 77;
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (unshare(CLONE_NEWNS) < 0)
            exit(77);
        run();
        exit(0);
    }
    assert_true(waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        printf("no mount namespace of our own\n");
        return 77;
    }
    return status == 0 ? 0 : 1;
}
