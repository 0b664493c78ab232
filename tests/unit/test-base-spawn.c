/* SPDX-License-Identifier: Apache-2.0 */

#include "base/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/time-util.h"
#include "test.h"

enum { SECOND = 1000000000 };

static int run_shell(const char *script, int64_t timeout_ns, int out)
{
    char *const argv[] = { (char *) "sh", (char *) "-c", (char *) script, NULL };
    SpawnOptions options = SPAWN_OPTIONS_INIT;

    options.timeout_ns = timeout_ns;
    options.fds[1] = out;
    return spawn_and_wait("/bin/sh", argv, &options);
}

static void test_status(void)
{
    static const struct {
        const char *script;
        int64_t timeout_ns;
        int status;
    } cases[] = {
        { "exit 0", 0, 0 },
        { "exit 7", 0, 7 },
        { "kill -TERM $$", 0, 128 + SIGTERM },
        { "exit 0", 20LL * SECOND, 0 },
        { "exit 7", 20LL * SECOND, 7 },
        { "kill -TERM $$", 20LL * SECOND, 128 + SIGTERM },
        { "sleep 60", SECOND / 20, -ETIMEDOUT },
        { "trap '' TERM INT; sleep 60; sleep 60", SECOND / 20, -ETIMEDOUT },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_int(run_shell(cases[i].script, cases[i].timeout_ns, -EBADF), cases[i].status);
    assert_int(spawn_and_wait("/does/not/exist", (char *const[]){ (char *) "x", NULL }, NULL), -ENOENT);
}

/* The pipe is at its end only when everybody who had it is gone. */
static void test_group(void)
{
    int64_t begin = monotonic_ns();
    int fds[2];
    char byte;

    assert_int(pipe(fds), 0);
    assert_int(run_shell("sleep 60 & sleep 60", SECOND / 20, fds[1]), -ETIMEDOUT);
    (void) close(fds[1]);
    assert_int(read(fds[0], &byte, 1), 0);
    assert_true(monotonic_ns() - begin < 30LL * SECOND);
    (void) close(fds[0]);
}

/* What is open runs, whatever stands at the path; but a script is read from there. */
static void test_program(void)
{
    char script[] = "/tmp/test-base-spawn.XXXXXX", shell[] = "sh", command[] = "-c", words[] = "exit 5";
    char *const argv[] = { shell, command, words, NULL };
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    _cleanup_close_ int program = open("/bin/sh", O_PATH | O_CLOEXEC), file = mkstemp(script), again = -EBADF;

    options.program = program;
    assert_int(spawn_and_wait("/bin/true", argv, &options), 5);
    assert_true(dprintf(file, "#!/bin/sh\nexit 6\n") > 0);
    assert_int(fchmod(file, 0700), 0);
    file = safe_close(file);
    again = open(script, O_PATH | O_CLOEXEC);
    options.program = again;
    assert_int(spawn_and_wait(script, argv, &options), 6);
    assert_int(unlink(script), 0);
}

int main(void)
{
    test_status();
    test_group();
    test_program();
    return 0;
}
