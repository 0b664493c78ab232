/* SPDX-License-Identifier: Apache-2.0 */

#include "sandbox/identity.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file-util.h"
#include "base/string-util.h"

#include "test.h"

static const char passwd[] = "root:x:42:42::/root:/bin/sh\n"
                             "# comment\n"
                             "broken\n"
                             "broken2:x\n"
                             "www-data:x:33:34:www-data:/var/www:/bin/sh\n"
                             "big:x:4294967295:1::/:\n"
                             "letters:x:abc:1::/:\n"
                             ":x:5:5::/:\n"
                             "last:x:77:78::/:/bin/sh";
static const char group[] = "root:x:42:\nstaff:x:50:www-data\n";

static void put(int dir, const char *path, const char *text)
{
    assert_int(write_file_at(dir, path, text, strlen(text), 0644, 0), 0);
}

static void test_resolve(int root)
{
    static const struct {
        const char *user, *group;
        int r;
        uid_t uid;
        gid_t gid;
        const char *cause;
    } cases[] = {
        { "0", "0", 0, 0, 0, NULL },
        { "root", "root", 0, 0, 0, NULL },
        { "1000", "2000", 0, 1000, 2000, NULL },
        { "4294967294", "0", 0, 4294967294U, 0, NULL },
        { "www-data", "staff", 0, 33, 50, NULL },
        { "last", "0", 0, 77, 0, NULL },
        { "/owned", "/owned", 0, 11, 12, NULL },
        { "/link", "0", 0, 11, 0, NULL },
        { "user2", "0", -ENOENT, 0, 0, "\"user2\" user not found" },
        { "0", "group2", -ENOENT, 0, 0, "\"group2\" group not found" },
        { "", "0", -ENOENT, 0, 0, "\"\" user not found" },
        { "-1", "0", -ENOENT, 0, 0, "\"-1\" user not found" },
        { "4294967295", "0", -ENOENT, 0, 0, "\"4294967295\" user not found" },
        { "staff", "0", -ENOENT, 0, 0, "\"staff\" user not found" },
        { "big", "0", -ERANGE, 0, 0, NULL },
        { "letters", "0", -EINVAL, 0, 0, NULL },
        { "/missing", "0", -ENOENT, 0, 0,
          "cannot take the user from \"/missing\" in the image: No such file or directory" },
        /* Out of the root there is nothing. */
        { "/../../../../../../../../etc/shadow-not-in-the-image", "0", -ENOENT, 0, 0, NULL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_error_ Error error = ERROR_INIT;
        uid_t uid = 0;
        gid_t gid = 0;

        assert_int(identity_resolve(root, cases[i].user, cases[i].group, &uid, &gid, &error), cases[i].r);
        if (cases[i].r < 0)
            assert_true(error_cause(&error));
        if (cases[i].cause)
            assert_str(error_cause(&error), cases[i].cause);
        assert_int(uid, cases[i].uid);
        assert_int(gid, cases[i].gid);
    }
}

static void test_hostile_databases(int root)
{
    uid_t uid;
    gid_t gid;

    /* A link is followed in the image only: the host's /etc/passwd has a "daemon". */
    assert_int(unlinkat(root, "etc/passwd", 0), 0);
    assert_int(symlinkat("/etc/group", root, "etc/passwd"), 0);
    assert_int(identity_resolve(root, "staff", "0", &uid, &gid, NULL), 0);
    assert_int(uid, 50);
    assert_int(identity_resolve(root, "daemon", "0", &uid, &gid, NULL), -ENOENT);
    assert_int(unlinkat(root, "etc/passwd", 0), 0);
    /* A FIFO is never waited for. */
    assert_int(mkfifoat(root, "etc/passwd", 0600), 0);
    assert_int(identity_resolve(root, "daemon", "0", &uid, &gid, NULL), -EINVAL);
    assert_int(unlinkat(root, "etc/passwd", 0), 0);
    /* A device is never opened, which may do something to it: without a driver that would be ENXIO. */
    assert_int(mknodat(root, "etc/passwd", S_IFCHR | 0600, makedev(254, 254)), 0);
    assert_int(identity_resolve(root, "daemon", "0", &uid, &gid, NULL), -EINVAL);
    assert_int(unlinkat(root, "etc/passwd", 0), 0);
    assert_int(identity_resolve(root, "daemon", "0", &uid, &gid, NULL), -ENOENT);
    assert_int(identity_resolve(root, "root", "root", &uid, &gid, NULL), 0);
}

int main(void)
{
    char directory[] = "/tmp/test-identity-XXXXXX";
    _cleanup_close_ int root = -EBADF;

    if (geteuid() != 0) {
        printf("not root: files can't be given away\n");
        return 77;
    }
    assert_true(mkdtemp(directory));
    root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int(mkdirat(root, "etc", 0755), 0);
    put(root, "etc/passwd", passwd);
    put(root, "etc/group", group);
    put(root, "owned", "");
    assert_int(fchownat(root, "owned", 11, 12, 0), 0);
    assert_int(symlinkat("/owned", root, "link"), 0);
    test_resolve(root);
    test_hostile_databases(root);
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
    return 0;
}
