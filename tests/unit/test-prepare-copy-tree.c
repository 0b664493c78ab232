/* SPDX-License-Identifier: Apache-2.0 */

#include "prepare/copy-tree.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file-util.h"
#include "test.h"

enum { HOLE = 1 << 20, DEEP = 128 };

static int from = -EBADF, to = -EBADF, scratch = -EBADF;

static struct stat look(int dir, const char *path)
{
    struct stat st;

    assert_int(fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW), 0);
    return st;
}

static void make_file(const char *path, const char *text, mode_t mode)
{
    const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1000000000, .tv_nsec = 7 } };

    assert_int(write_file_at(from, path, text, strlen(text), mode, 0), 0);
    assert_int(utimensat(from, path, times, 0), 0);
}

/* Two bytes of contents, far apart. */
static void make_sparse(const char *path)
{
    _cleanup_close_ int fd = openat(from, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_int(pwrite(fd, "a", 1, HOLE), 1);
    assert_int(pwrite(fd, "b", 1, (off_t) 5 * HOLE), 1);
    assert_int(ftruncate(fd, (off_t) 64 * HOLE), 0);
}

static void make_deep(void)
{
    _cleanup_close_ int dir = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    for (unsigned i = 0; i < DEEP; i++) {
        int child;

        assert_int(mkdirat(dir, "deep", 0755), 0);
        child = openat(dir, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        (void) close(dir);
        dir = child;
    }
}

static void fill(void)
{
    assert_int(mkdirat(from, "sub", 0700), 0);
    assert_int(mkdirat(from, "other", 0755), 0);
    make_file("sub/file", "contents", 04751);
    make_file("empty", "", 0444);
    make_sparse("sparse");
    make_deep();
    assert_int(linkat(from, "sub/file", from, "other/again", 0), 0);
    assert_int(symlinkat("/etc/passwd", from, "sub/link"), 0);
    assert_int(linkat(from, "sub/link", from, "other/link", 0), 0);
    assert_int(mkfifoat(from, "fifo", 0620), 0);
    assert_int(fchmodat(from, "fifo", 0622, 0), 0);
    assert_int(fchmodat(from, "sub", 02711, 0), 0);
    assert_int(fchmodat(from, ".", 01777, 0), 0);
}

static void fill_as_root(void)
{
    static const uint8_t capability[20] = { 1, 0, 0, 2, 0, 4 }; /* CAP_NET_BIND_SERVICE, effective */
    char path[FD_PATH_MAX + 16];

    assert_int(fchownat(from, "sub/file", 12, 34, 0), 0);
    assert_int(fchmodat(from, "sub/file", 04751, 0), 0);
    assert_int(fchownat(from, "sub/link", 56, 78, AT_SYMLINK_NOFOLLOW), 0);
    assert_int(mknodat(from, "device", S_IFCHR | 0640, makedev(1, 7)), 0);
    (void) snprintf(path, sizeof(path), "/proc/self/fd/%d/sub/file", from);
    assert_int(setxattr(path, "security.capability", capability, sizeof(capability), 0), 0);
}

static void check_file(void)
{
    struct stat a = look(from, "sub/file"), b = look(to, "sub/file");
    _cleanup_free_ char *text = NULL;

    assert_int(read_file_at(to, "sub/file", 100, &text, NULL), 0);
    assert_str(text, "contents");
    assert_true(a.st_ino != b.st_ino);
    assert_int(b.st_mode, a.st_mode);
    assert_int(b.st_uid, a.st_uid);
    assert_int(b.st_gid, a.st_gid);
    assert_int(b.st_mtim.tv_sec, 1000000000);
    assert_int(b.st_mtim.tv_nsec, 7);
    assert_int(b.st_nlink, 2);
    assert_int(look(to, "other/again").st_ino, b.st_ino);
    assert_int(look(to, "other/link").st_ino, look(to, "sub/link").st_ino);
    assert_int(look(to, "empty").st_size, 0);
}

static void check_sparse(void)
{
    _cleanup_close_ int fd = openat(to, "sparse", O_RDONLY | O_CLOEXEC);
    struct stat a = look(from, "sparse"), b = look(to, "sparse");
    char c;

    assert_int(b.st_size, a.st_size);
    assert_true(b.st_blocks <= a.st_blocks);
    assert_int(pread(fd, &c, 1, HOLE), 1);
    assert_int(c, 'a');
    assert_int(pread(fd, &c, 1, (off_t) 5 * HOLE), 1);
    assert_int(c, 'b');
}

static void check_others(void)
{
    char target[32] = "";

    assert_int(readlinkat(to, "sub/link", target, sizeof(target) - 1), 11);
    assert_str(target, "/etc/passwd");
    assert_int(look(to, "fifo").st_mode, S_IFIFO | 0622);
    assert_int(look(to, "sub").st_mode, S_IFDIR | 02711);
    assert_int(look(to, ".").st_mode, S_IFDIR | 01777);
    assert_int(look(to, "sub").st_mtim.tv_nsec, look(from, "sub").st_mtim.tv_nsec);
    assert_int(look(to, "deep/deep/deep").st_nlink, 3);
}

static void check_as_root(void)
{
    uint8_t capability[64];
    char path[FD_PATH_MAX + 16];

    (void) snprintf(path, sizeof(path), "/proc/self/fd/%d/sub/file", to);
    assert_int(getxattr(path, "security.capability", capability, sizeof(capability)), 20);
    assert_int(look(to, "sub/link").st_gid, 78);
    assert_int(look(to, "device").st_mode, S_IFCHR | 0640);
    assert_int(look(to, "device").st_rdev, makedev(1, 7));
}

/* Where mounting is allowed. */
static void test_mount(const char *directory)
{
    _cleanup_error_ Error error = ERROR_INIT;
    char path[64];

    (void) snprintf(path, sizeof(path), "%s/from/mounted", directory);
    assert_int(mkdir(path, 0755), 0);
    if (mount("none", path, "tmpfs", 0, NULL) < 0)
        return;
    assert_int(copy_tree(from, to, scratch, &error), -EXDEV);
    assert_str(error_cause(&error), "cannot copy \"mounted\": Invalid cross-device link");
    assert_int(umount(path), 0);
}

static int open_new(int dir, const char *name)
{
    assert_int(mkdirat(dir, name, 0700), 0);
    return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int main(void)
{
    char directory[] = "/tmp/test-copy-tree.XXXXXX";
    _cleanup_close_ int dir = -EBADF;
    bool root = geteuid() == 0;

    (void) umask(0022);
    assert_true(mkdtemp(directory));
    dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    from = open_new(dir, "from");
    to = open_new(dir, "to");
    scratch = open_new(dir, "scratch");
    fill();
    if (root)
        fill_as_root();
    else
        skip_part("owners, devices, capabilities and mounts", "not root");

    assert_int(copy_tree(from, to, scratch, NULL), 0);
    (void) close(scratch);
    assert_int(remove_tree_at(dir, "scratch"), 0);
    scratch = open_new(dir, "scratch");
    check_file();
    check_sparse();
    check_others();
    if (root)
        check_as_root();
    assert_int(copy_tree(from, to, scratch, NULL), -EEXIST);

    (void) close(to);
    to = open_new(dir, "to-2");
    if (root)
        test_mount(directory);
    (void) close(from);
    (void) close(to);
    (void) close(scratch);
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
    return 0;
}
