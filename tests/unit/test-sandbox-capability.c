/* SPDX-License-Identifier: Apache-2.0 */

#include "sandbox/capability.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/file-util.h"
#include "base/string-util.h"

#include "test.h"

static void test_names(void)
{
    static const struct {
        const char *name;
        int capability;
    } cases[] = {
        { "CAP_CHOWN", CAP_CHOWN },
        { "chown", CAP_CHOWN },
        { "cap_sys_admin", CAP_SYS_ADMIN },
        { "Net_Bind_Service", CAP_NET_BIND_SERVICE },
        { "CAP_CHECKPOINT_RESTORE", CAP_CHECKPOINT_RESTORE },
        { "CAP_", -EINVAL },
        { "", -EINVAL },
        { "CAP_CAP_CHOWN", -EINVAL },
        { "ALL", -EINVAL },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++)
        assert_int(capability_from_name(cases[i].name), cases[i].capability);
    for (unsigned i = 0; i <= CAP_LAST_CAP; i++) {
        assert_true(capability_to_name(i));
        assert_int(capability_from_name(capability_to_name(i)), i);
    }
    assert_true(!capability_to_name(CAP_LAST_CAP + 1));
}

static void test_sets(void)
{
    static const struct {
        const char *retain, *remove; /* NULL: no such set */
        uint64_t mask;
    } cases[] = {
        { NULL, NULL, 0xa80425fb }, /* as /proc/PID/status shows the 14 */
        { "CAP_KILL", NULL, 1 << CAP_KILL },
        { "", NULL, 0 },
        { NULL, "CAP_KILL mknod", 0xa80425fb & ~(1 << CAP_KILL) & ~(1 << CAP_MKNOD) },
        { NULL, "CAP_SYS_ADMIN", 0xa80425fb },
        { "kill chown", "kill", 1 << CAP_CHOWN },
    };
    _cleanup_error_ Error error = ERROR_INIT;
    char unknown[] = "CAP_FLY", *unknown_set[] = { unknown, NULL };
    uint64_t mask;

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_strv_ char **retain = NULL, **remove = NULL;
        char *empty[] = { NULL };

        if (cases[i].retain)
            assert_int(strv_split(cases[i].retain, " ", &retain), 0);
        if (cases[i].remove)
            assert_int(strv_split(cases[i].remove, " ", &remove), 0);
        assert_int(
                capability_mask_from_sets(cases[i].retain && !retain ? empty : retain, remove, &mask, NULL),
                0);
        assert_int(mask, cases[i].mask);
    }
    assert_int(capability_mask_from_sets(unknown_set, NULL, &mask, &error), -EINVAL);
    assert_str(error_cause(&error), "unknown capability \"CAP_FLY\"");
}

static uint64_t status_mask(const char *key)
{
    _cleanup_free_ char *text = NULL;
    char *line;

    assert_int(read_file_at(AT_FDCWD, "/proc/self/status", 65536, &text, NULL), 0);
    line = strstr(text, key);
    assert_true(line);
    return strtoull(line + strlen(key), NULL, 16);
}

static void test_process(void)
{
    const uint64_t mask = UINT64_C(1) << CAP_KILL | UINT64_C(1) << CAP_CHOWN;
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        assert_int(capability_bound(mask), 0);
        assert_int(capability_set(mask), 0);
        assert_int(status_mask("CapBnd:"), mask);
        assert_int(status_mask("CapPrm:"), mask);
        assert_int(status_mask("CapEff:"), mask);
        assert_int(status_mask("CapInh:"), 0);
        assert_int(status_mask("CapAmb:"), 0);
        assert_int(capability_set(UINT64_MAX), 0);
        assert_int(status_mask("CapPrm:"), mask);
        _exit(0);
    }
    assert_true(waitpid(pid, &status, 0) == pid);
    assert_int(status, 0);
}

int main(void)
{
    test_names();
    test_sets();
    if (geteuid() != 0) {
        printf("not root: a process is not reduced\n");
        return 77;
    }
    test_process();
    return 0;
}
