/* SPDX-License-Identifier: Apache-2.0 */

#include "base/file-util.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include "base/string-util.h"
#include "test.h"

static int make_directory(char *template)
{
    assert_true(mkdtemp(template));
    return open(template, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void assert_content(int dir, const char *name, const char *expected)
{
    _cleanup_free_ char *text = NULL;

    assert_int(read_file_at(dir, name, 1024, &text, NULL), 0);
    assert_str(text, expected);
}

static void test_write_and_read(int dir)
{
    _cleanup_free_ char *text = NULL;
    struct stat st;
    mode_t old;

    assert_int(write_file_at(dir, "a", "one", 3, 0640, 0), 0);
    assert_content(dir, "a", "one");
    assert_int(write_file_at(dir, "a", "two", 3, 0644, WRITE_SYNC), 0);
    assert_content(dir, "a", "two");
    assert_int(fstatat(dir, "a", &st, 0), 0);
    assert_int(st.st_mode & 07777, 0644);
    old = umask(077);
    assert_int(write_file_at(dir, "masked", "", 0, 0644, WRITE_UMASK), 0);
    (void) umask(old);
    assert_int(fstatat(dir, "masked", &st, 0), 0);
    assert_int(st.st_mode & 07777, 0600);
    assert_int(write_file_at(dir, "a", "x", 1, 0644, WRITE_EXCLUSIVE), -EEXIST);
    assert_content(dir, "a", "two");
    assert_int(read_file_at(dir, "a", 2, &text, NULL), -EFBIG);
    assert_int(read_file_at(dir, "a", 3, &text, NULL), 0);
    assert_int(write_file_at(dir, "empty", "", 0, 0644, 0), 0);
    assert_content(dir, "empty", "");
}

/* What killed processes of our number left. */
static void test_hidden_name_is_taken(int dir)
{
    char name[64];

    for (unsigned i = 0; i < 32; i++) {
        (void) snprintf(name, sizeof(name), ".#b.%d-%u", (int) getpid(), i);
        safe_close(openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    assert_int(write_file_at(dir, "b", "all", 3, 0644, 0), 0);
    assert_content(dir, "b", "all");
}

static void test_not_regular(int dir)
{
    char *text;

    assert_int(mkfifoat(dir, "fifo", 0644), 0);
    assert_int(mkdirat(dir, "dir", 0755), 0);
    assert_int(read_file_at(dir, "fifo", 10, &text, NULL), -EINVAL);
    assert_int(read_file_at(dir, "dir", 10, &text, NULL), -EINVAL);
    assert_int(read_file_at(dir, "nowhere", 10, &text, NULL), -ENOENT);
    /* Files that say they are empty. */
    assert_int(read_file_at(AT_FDCWD, "/proc/self/status", 1024 * 1024, &text, NULL), 0);
    assert_true(startswith(text, "Name:"));
    free(text);
}

static void test_links(int dir)
{
    char *line;

    assert_int(write_file_at(dir, "lines", "one\ntwo\n", 8, 0644, 0), 0);
    assert_int(symlinkat("lines", dir, "link"), 0);
    assert_int(read_one_line_at(dir, "link", &line), 0);
    assert_str(line, "one");
    free(line);
    assert_int(read_one_line_without_links(dir, "link", &line), -ELOOP);
    assert_int(read_one_line_without_links(dir, "fifo", &line), -EINVAL);
    assert_int(read_one_line_without_links(dir, "lines", &line), 0);
    assert_str(line, "one");
    free(line);
}

/* To open a device, or the other end of a FIFO, does something. */
static void test_left_alone(int dir)
{
    _cleanup_close_ int fifo = openat(dir, "fifo", O_PATH | O_CLOEXEC), opened = -EBADF;
    _cleanup_close_ int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    char path[FD_PATH_MAX], event[sizeof(struct inotify_event) + 256];

    assert_true(inotify_add_watch(watch, fd_path(fifo, path), IN_OPEN) >= 0);
    assert_int(reopen_regular(fifo), -EINVAL);
    assert_true(!clear_immutable(dir, "fifo"));
    assert_int(read(watch, event, sizeof(event)), -1);
    opened = openat(dir, "fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(read(watch, event, sizeof(event)) > 0);
}

int main(void)
{
    char path[] = "/tmp/test-base-file-util.XXXXXX";
    _cleanup_close_ int dir = make_directory(path);

    assert_true(dir >= 0);
    test_write_and_read(dir);
    test_hidden_name_is_taken(dir);
    test_not_regular(dir);
    test_links(dir);
    test_left_alone(dir);
    assert_int(remove_tree_at(AT_FDCWD, path), 0);
    return 0;
}
