/* SPDX-License-Identifier: Apache-2.0 */
/* A process is found again by its note, and nobody else by it. */

#include "base/process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd-util.h"
#include "base/file-util.h"
#include "test.h"

static pid_t start_child(void)
{
    pid_t pid = fork();

    if (pid == 0)
        for (;;)
            (void) pause();
    assert_true(pid > 0);
    return pid;
}

static void test_one(int dir)
{
    pid_t child = start_child(), pid = 0;
    int process;

    assert_int(process_note(dir, "one", child), 0);
    assert_int(process_note(dir, "one", child), 0);
    process = process_open_noted(dir, "one", &pid);
    assert_true(process >= 0);
    assert_int(pid, child);
    assert_true(!process_has_ended(process));
    assert_int(kill(child, SIGKILL), 0);
    while (!process_has_ended(process)) /* a zombie by then */
        (void) usleep(1000);
    assert_int(process_open_noted(dir, "one", NULL), -ESRCH);
    assert_int(waitpid(child, NULL, 0), child);
    assert_int(process_open_noted(dir, "one", NULL), -ESRCH);
    (void) close(process);
}

static void put(int dir, const char *name, const char *format, uint64_t started, const char *boot)
{
    char text[128];

    (void) snprintf(text, sizeof(text), format, (int) getpid(), started, boot);
    assert_int(symlinkat(text, dir, name), 0);
}

/* As if the number had become ours. */
static void test_another(int dir)
{
    static const char other_boot[] = "00000000-0000-4000-8000-000000000000", *const bad[] = {
        "x", "1", "1 2", "1 x y", "0 2 y", "1 2 y z", "pid=1\n", "boot=x\n", "pid=x\nboot=y\n", ""
    };
    _cleanup_free_ char *boot = NULL;
    uint64_t started;
    int process;

    assert_int(process_start_time(getpid(), &started), 0);
    assert_int(read_one_line_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id", &boot), 0);
    put(dir, "later", "pid=%d\nstarted=%" PRIu64 "\nboot=%s\n", started + 1, boot);
    assert_int(process_open_noted(dir, "later", NULL), -ESRCH);
    put(dir, "other-boot", "pid=%d\nstarted=%" PRIu64 "\nboot=%s\n", started, other_boot);
    assert_int(process_open_noted(dir, "other-boot", NULL), -ESRCH);
    put(dir, "early", "%d %" PRIu64 " %s", started, boot);
    process = process_open_noted(dir, "early", NULL);
    assert_true(process >= 0);
    (void) close(process);
    put(dir, "early-later", "%d %" PRIu64 " %s", started + 1, boot);
    assert_int(process_open_noted(dir, "early-later", NULL), -ESRCH);
    assert_int(process_open_noted(dir, "nothing", NULL), -ENOENT);
    for (size_t i = 0; bad[i][0]; i++) {
        assert_int(symlinkat(bad[i], dir, "bad"), 0);
        assert_int(process_open_noted(dir, "bad", NULL), -EBADMSG);
        assert_int(unlinkat(dir, "bad", 0), 0);
    }
}

static int count(int process, void *userdata)
{
    assert_true(!process_has_ended(process));
    ++*(unsigned *) userdata;
    return 0;
}

/* All of this machine see our mounts, unless they have a namespace of their own. */
static void test_mounts(int dir)
{
    unsigned n = 0;
    pid_t child = start_child();

    assert_int(process_note_mounts(dir, "mounts"), 0);
    assert_int(process_foreach_with_mounts(dir, "mounts", count, &n), 0);
    assert_true(n >= 2);
    assert_int(process_foreach_with_mounts(dir, "nothing", count, &n), 0);
    (void) kill(child, SIGKILL);
    assert_int(waitpid(child, NULL, 0), child);
}

int main(void)
{
    char path[] = "/tmp/test-process-XXXXXX";
    _cleanup_close_ int dir = -EBADF;

    assert_true(mkdtemp(path) != NULL);
    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir >= 0);
    test_one(dir);
    test_another(dir);
    test_mounts(dir);
    assert_int(remove_tree_at(AT_FDCWD, path), 0);
    return 0;
}
