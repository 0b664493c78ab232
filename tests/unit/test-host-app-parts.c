/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptors of an app, and the steps that make them. */

#include "app-parts.h"

#include <fcntl.h>
#include <unistd.h>

#include "steps.h"
#include "test.h"

static char name[] = "app";
static PlanMount mounts[2];
static const PlanApp plan = { .name = name, .mounts = mounts, .n_mounts = ELEMENTSOF(mounts) };

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void test_groups(void)
{
    AppParts parts;
    int before[APP_FD_VOLUMES + 2];

    assert_int(app_parts_init(&parts, &plan), 0);
    assert_int(parts.n_fds, ELEMENTSOF(before));
    for (size_t i = 0; i < parts.n_fds; i++) {
        assert_int(parts.fds[i], -EBADF);
        parts.fds[i] = before[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(before[i] >= 0);
    }
    app_parts_close(&parts, APP_FDS_STDIO, APP_FDS_MOUNTS);
    for (size_t i = 0; i < parts.n_fds; i++)
        assert_int(is_open(before[i]), i < APP_FD_STDIN || i > APP_FD_STDERR);
    app_parts_close(&parts, APP_FDS_MOUNTS, parts.n_fds);
    for (size_t i = 0; i < parts.n_fds; i++) {
        assert_int(is_open(before[i]), i < APP_FD_STDIN);
        assert_int(parts.fds[i], i < APP_FD_STDIN ? before[i] : -EBADF);
    }
    app_parts_close(&parts, 0, parts.n_fds);
    free(parts.fds);
}

static void test_list(void)
{
    AppSocket sockets[] = { { .fd = 1001 }, { .fd = 1002 } };
    AppParts parts;
    int list[64], all = 0;
    size_t n;

    assert_int(app_parts_init(&parts, &plan), 0);
    parts.fds[APP_FD_CGROUP] = 1003;
    parts.fds[APP_FD_VOLUMES + 1] = 1004;
    parts.receiver.sockets[RECEIVE_SYSLOG] = 1005;
    parts.sockets = (AppSockets){ .items = sockets, .n = ELEMENTSOF(sockets) };
    n = app_parts_count(&parts);
    assert_true(n <= ELEMENTSOF(list));
    assert_int(app_parts_list(&parts, list), n);
    for (size_t i = 0; i < n; i++)
        all += list[i] > 0 ? list[i] : 0;
    assert_int(all, 1001 + 1002 + 1003 + 1004 + 1005);
    free(parts.fds);
}

static int count(int *performed, _unused_ Error *reterr)
{
    return ++*performed;
}

static int fail(_unused_ int *performed, _unused_ Error *reterr)
{
    return -ENOENT;
}

static int fail_with_words(_unused_ int *performed, Error *reterr)
{
    return error_set(reterr, -EPERM, "not this one");
}

typedef struct TestStep {
    const char *doing;
    int (*perform)(int *performed, Error *reterr);
} TestStep;

static void test_steps(void)
{
    static const TestStep good[] = { { "count", count }, { "count again", count } },
                          bad[] = { { "count", count }, { "go on", fail }, { "count again", count } },
                          worse[] = { { "go on", fail_with_words } };
    _cleanup_error_ Error error = ERROR_INIT;
    int performed = 0;

    assert_int(STEPS_PERFORM(good, &performed, &error), 0);
    assert_int(performed, 2);
    assert_int(STEPS_PERFORM(bad, &performed, &error), -ENOENT);
    assert_int(performed, 3);
    assert_str(error_cause(&error), "cannot go on: No such file or directory");
    error_done(&error);
    assert_int(STEPS_PERFORM(worse, &performed, &error), -EPERM);
    assert_str(error_cause(&error), "not this one");
}

int main(void)
{
    test_groups();
    test_list();
    test_steps();
    return 0;
}
