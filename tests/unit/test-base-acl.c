/* SPDX-License-Identifier: Apache-2.0 */

#include "base/acl.h"

#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fd-util.h"
#include "test.h"

enum { GROUP = 4242, OTHER_GROUP = 4243, USER = 4244 };

/* Whether somebody whose only group that is can read the file. */
static bool can_read(int dir, const char *name, gid_t group)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (setgroups(0, NULL) < 0 || setresgid(group, group, group) < 0 || setresuid(USER, USER, USER) < 0)
            _exit(2);
        _exit(openat(dir, name, O_RDONLY | O_CLOEXEC) < 0);
    }
    assert_int(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 0;
}

static int make_file(int dir, const char *name, mode_t mode)
{
    int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);

    assert_true(fd >= 0);
    return fd;
}

static void test_who_reads(int dir)
{
    _cleanup_close_ int before = make_file(dir, "before", 0600), after = -EBADF, public = -EBADF;

    assert_int(acl_let_group_read(before, GROUP), 0);
    assert_int(acl_let_group_read(before, GROUP), 1);
    assert_true(can_read(dir, "before", GROUP));
    assert_true(!can_read(dir, "before", OTHER_GROUP));
    assert_int(acl_let_group_read_within(dir, GROUP), 0);
    assert_int(acl_let_group_read_within(dir, GROUP), 1);
    assert_int(acl_let_group_read_within(dir, OTHER_GROUP), 0);
    after = make_file(dir, "after", 0640);
    assert_true(can_read(dir, "after", GROUP));
    assert_true(can_read(dir, "after", OTHER_GROUP));
    assert_true(!can_read(dir, "after", USER));
    public = make_file(dir, "public", 0644);
    assert_true(can_read(dir, "public", USER));
}

int main(void)
{
    char name[] = "/tmp/rkt-test-XXXXXX";
    _cleanup_close_ int dir = -EBADF;

    if (geteuid() != 0) {
        printf("only root can try who reads a file\n");
        return 77;
    }
    (void) umask(022);
    assert_true(mkdtemp(name));
    assert_int(chmod(name, 0755), 0);
    dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    test_who_reads(dir);
    for (size_t i = 0; i < 3; i++)
        assert_int(unlinkat(dir, (const char *const[]){ "before", "after", "public" }[i], 0), 0);
    assert_int(rmdir(name), 0);
    return 0;
}
