/* SPDX-License-Identifier: Apache-2.0 */

#include "prepare/link-tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file-util.h"
#include "test.h"

/* Where there is another file system at hand. */
static void test_other_file_system(int from)
{
    char directory[] = "/dev/shm/test-link-tree.XXXXXX";
    _cleanup_close_ int to = -EBADF;
    struct stat a, b;

    if (!mkdtemp(directory))
        return;
    to = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int(link_tree(from, to), 0);
    assert_int(fstatat(from, "sub/file", &a, 0), 0);
    assert_int(fstatat(to, "sub/file", &b, 0), 0);
    assert_int(b.st_mode, a.st_mode);
    assert_int(b.st_size, a.st_size);
    assert_int(fstatat(to, "sub/link", &b, AT_SYMLINK_NOFOLLOW), 0);
    assert_true(S_ISLNK(b.st_mode));
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
}

int main(void)
{
    char directory[] = "/tmp/test-link-tree.XXXXXX";
    _cleanup_close_ int dir = -EBADF, from = -EBADF, to = -EBADF;
    struct stat a, b;

    assert_true(mkdtemp(directory));
    dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int(mkdirat(dir, "from", 0755), 0);
    assert_int(mkdirat(dir, "to", 0755), 0);
    from = openat(dir, "from", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    to = openat(dir, "to", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int(mkdirat(from, "sub", 0700), 0);
    assert_int(fchmodat(from, "sub", 02711, 0), 0);
    assert_int(write_file_at(from, "sub/file", "x", 1, 0751, 0), 0);
    assert_int(symlinkat("/nowhere", from, "sub/link"), 0);

    assert_int(link_tree(from, to), 0);
    assert_int(fstatat(from, "sub/file", &a, 0), 0);
    assert_int(fstatat(to, "sub/file", &b, 0), 0);
    assert_int(a.st_ino, b.st_ino);
    assert_int(fstatat(to, "sub", &b, 0), 0);
    assert_int(b.st_mode & 07777, 02711);
    assert_int(fstatat(to, "sub/link", &b, AT_SYMLINK_NOFOLLOW), 0);
    assert_true(S_ISLNK(b.st_mode));
    assert_int(link_tree(from, to), -EEXIST);
    test_other_file_system(from);
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
    return 0;
}
