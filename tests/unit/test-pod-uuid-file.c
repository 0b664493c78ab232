/* SPDX-License-Identifier: Apache-2.0 */
/* What names a pod, and what must not be said of what does not. */

#include "pod/uuid-file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file-util.h"
#include "test.h"

#define UUID "0fb23a4c-0b8c-4a0e-9b5c-1f2d3e4a5b6c"

static const struct {
    const char *text;
    int result;
} cases[] = {
    { UUID, 0 },
    { UUID "\n", 0 },
    { "0FB23A4C-0b8c-4a0e-9b5c-1f2d3e4a5b6c", 0 },
    { UUID "\n\n", -EBADMSG },
    { UUID " ", -EBADMSG },
    { UUID "0", -EBADMSG },
    { "0", -EBADMSG },
    { "\n", -EBADMSG },
    { "0fb23a4c", -EBADMSG },
    { "root:secret:1:0:99999:7:::", -EBADMSG },
    { "", -ENODATA },
};

static void check(const char *path, int result)
{
    _cleanup_error_ Error error = ERROR_INIT;
    char uuid[UUID_LENGTH + 1] = "";

    assert_int(uuid_file_read(path, uuid, &error), result);
    assert_str(uuid, result < 0 ? "" : UUID);
    assert_true(result >= 0 || !strstr(error_cause(&error), "secret"));
}

int main(void)
{
    char directory[] = "/tmp/test-uuid-file-XXXXXX";

    assert_true(mkdtemp(directory) != NULL && chdir(directory) == 0);
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        assert_int(write_file_at(AT_FDCWD, "uuid", cases[i].text, strlen(cases[i].text), 0644, 0), 0);
        check("uuid", cases[i].result);
    }
    assert_int(write_file_at(AT_FDCWD, "uuid", UUID, strlen(UUID), 0644, 0), 0);
    assert_int(mkdir("d", 0755), 0);
    assert_int(symlink("../uuid", "d/link"), 0);
    assert_int(symlink("d/link", "twice"), 0);
    assert_int(symlink("loop", "loop"), 0);
    assert_int(symlink("/dev/null", "null"), 0);
    assert_int(mkfifo("fifo", 0644), 0);
    check("d/link", 0);
    check("twice", 0);
    check("loop", -ELOOP);
    check("null", -EINVAL);
    check("fifo", -EINVAL);
    check("d", -EINVAL);
    check("d/", -EINVAL);
    check("nothing", -ENOENT);
    if (geteuid() == 0) {
        assert_int(lchown("d/link", 65534, 65534), 0);
        check("twice", -ELOOP);
    } else
        skip_part("another user's link", "not root");
    assert_int(remove_tree_at(AT_FDCWD, directory), 0);
    return 0;
}
