/* SPDX-License-Identifier: Apache-2.0 */
/* Removing: trees too deep for the stack, directories too large for one read, links, mount points. */

#include "base/fd-util.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "test.h"

enum { DEPTH = 200, NAMES = 200 };

static bool exists(int dir, const char *name)
{
    return faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) >= 0;
}

static void make_file(int dir, const char *name)
{
    _cleanup_close_ int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
}

static void make_tree(int dir, const char *name)
{
    int at = dup(dir);

    for (unsigned i = 0; i < DEPTH; i++) {
        int next;

        assert_int(mkdirat(at, i == 0 ? name : "deeper", 0755), 0);
        next = openat(at, i == 0 ? name : "deeper", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_true(next >= 0);
        (void) close(at);
        at = next;
        make_file(at, "file");
    }
    for (unsigned i = 0; i < NAMES; i++) {
        char file[64];

        (void) snprintf(file, sizeof(file), "one of very many, with a name of some length %u", i);
        make_file(at, file);
    }
    (void) close(at);
}

static void test_remove_tree(int dir)
{
    make_tree(dir, "tree");
    make_file(dir, "outside");
    assert_int(symlinkat("../outside", dir, "tree/link"), 0);
    assert_int(symlinkat("tree", dir, "link"), 0);
    assert_int(remove_tree_at(dir, "link"), 0);
    assert_true(exists(dir, "tree/file"));
    assert_int(remove_tree_at(dir, "tree"), 0);
    assert_true(!exists(dir, "tree"));
    assert_int(remove_tree_at(dir, "outside"), 0);
    assert_true(!exists(dir, "outside"));
    assert_int(remove_tree_at(dir, "outside"), 0);
}

static void test_remove_children(int dir)
{
    _cleanup_close_ int top = -EBADF;

    make_tree(dir, "top");
    make_tree(dir, "top/kept");
    top = openat(dir, "top", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int(remove_children(top, "kept"), 0);
    assert_true(!exists(top, "deeper"));
    assert_true(exists(top, "kept/deeper/file"));
    assert_int(remove_children(top, NULL), 0);
    assert_int(unlinkat(dir, "top", AT_REMOVEDIR), 0);
}

/* A bind mount, which is of the same file system: what it shows stays. */
static void test_mount_point(const char *path)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        skip_part("a mount point", "not root, or no mount namespace of our own");
        return;
    }
    assert_int(chdir(path), 0);
    assert_int(mkdir("from", 0755), 0);
    assert_int(mkdir("from/shown", 0755), 0);
    assert_int(mkdir("tree", 0755), 0);
    assert_int(mkdir("tree/mounted", 0755), 0);
    make_file(AT_FDCWD, "tree/file");
    assert_int(mount("from", "tree/mounted", NULL, MS_BIND, NULL), 0);
    assert_int(remove_tree_at(AT_FDCWD, "tree"), -EBUSY);
    assert_true(exists(AT_FDCWD, "from/shown"));
    assert_true(!exists(AT_FDCWD, "tree/file"));
    assert_int(umount2("tree/mounted", MNT_DETACH), 0);
    assert_int(remove_tree_at(AT_FDCWD, "tree"), 0);
    assert_int(remove_tree_at(AT_FDCWD, "from"), 0);
}

int main(void)
{
    char path[] = "/tmp/test-base-fd-util.XXXXXX";
    _cleanup_close_ int dir = -EBADF;

    assert_true(mkdtemp(path));
    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir >= 0);
    test_remove_tree(dir);
    test_remove_children(dir);
    test_mount_point(path);
    assert_int(rmdir(path), 0);
    return 0;
}
