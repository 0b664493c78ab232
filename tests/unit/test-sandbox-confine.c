/* SPDX-License-Identifier: Apache-2.0 */
/* A confined child execs this program again, which says what it is from the inside. */

#include "sandbox/confine.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/file-util.h"
#include "base/string-util.h"
#include "sandbox/capability.h"
#include "sandbox/seccomp-policy.h"

#include "test.h"

static const int extra_fd = 200, kept_fd = 100;

static uint64_t status_field(const char *key, int number_base)
{
    _cleanup_free_ char *text = NULL;
    char *line;

    assert_int(read_file_at(AT_FDCWD, "/proc/self/status", 65536, &text, NULL), 0);
    line = strstr(text, key);
    assert_true(line);
    return strtoull(line + strlen(key), NULL, number_base);
}

typedef struct Case {
    const char *what;
    uid_t uid;
    gid_t gid;
    bool filter, no_new_privileges;
    /* seen from inside */
    uint64_t effective;
    int nnp;
} Case;

enum { MASK = 0xa80425fb };

static const Case cases[] = {
    { "root", 0, 0, false, false, MASK, 0 },
    { "root with a filter", 0, 0, true, false, MASK, 0 },
    { "root without new privileges", 0, 0, true, true, MASK, 1 },
    { "a user", 33, 34, false, false, 0, 0 },
    { "a user with a filter", 33, 34, true, false, 0, 1 },
};

/* Of what the process that started us has. */
static void expect_part(enum __rlimit_resource resource, rlim_t part)
{
    struct rlimit whole, own;

    assert_int(prlimit(getppid(), resource, NULL, &whole), 0);
    assert_int(getrlimit(resource, &own), 0);
    assert_true(part == 1 || own.rlim_cur == own.rlim_max);
    assert_true(whole.rlim_max == RLIM_INFINITY || own.rlim_max == whole.rlim_max / part);
}

static int inside(const Case *c)
{
    gid_t groups[4];
    sigset_t blocked;
    struct sigaction action;
    char cwd[64];

    assert_int(getuid(), c->uid);
    assert_int(geteuid(), c->uid);
    assert_int(getegid(), c->gid);
    assert_int(getgroups(4, groups), 2);
    assert_true(groups[0] == 7 && groups[1] == 8);
    assert_int(status_field("CapBnd:", 16), MASK);
    assert_int(status_field("CapEff:", 16), c->effective);
    assert_int(status_field("CapPrm:", 16), c->effective);
    assert_int(status_field("CapInh:", 16), 0);
    assert_int(status_field("CapAmb:", 16), 0);
    assert_int(status_field("NoNewPrivs:", 10), c->nnp);
    assert_int(status_field("Seccomp:", 10), c->filter ? 2 : 0);
    assert_int(fcntl(kept_fd, F_GETFD), 0);
    assert_int(fcntl(extra_fd, F_GETFD), -1);
    assert_int(sigprocmask(SIG_SETMASK, NULL, &blocked), 0);
    assert_int(sigismember(&blocked, SIGTERM), 0);
    assert_int(sigaction(SIGPIPE, NULL, &action), 0);
    assert_true(action.sa_handler == SIG_DFL);
    assert_str(getcwd(cwd, sizeof(cwd)), "/usr");
    if (c->uid == 0) { /* who else may not look */
        expect_part(RLIMIT_SIGPENDING, 4);
        expect_part(RLIMIT_MSGQUEUE, 2);
    }
    return 0;
}

/* All capabilities were asked for. */
static int inside_with_all(void)
{
    bool may_raise = prctl(PR_CAPBSET_READ, CAP_SYS_RESOURCE) == 1;

    expect_part(RLIMIT_SIGPENDING, may_raise ? 1 : 4);
    expect_part(RLIMIT_MSGQUEUE, may_raise ? 1 : 2);
    return 0;
}

static void disorder(void)
{
    sigset_t all;

    assert_int(dup2(2, extra_fd), extra_fd);
    assert_int(dup2(2, kept_fd), kept_fd);
    (void) sigfillset(&all);
    assert_int(sigprocmask(SIG_SETMASK, &all, NULL), 0);
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    (void) umask(0022);
}

static int confine_child(const Confinement *confinement, const char *number)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        int r;

        disorder();
        r = confine_app(confinement, &error);
        if (r < 0) {
            if (!startswith(error_cause(&error), number))
                fprintf(stderr, "%s\n", error_cause(&error));
            _exit(r == -ELOOP ? 40 : 41);
        }
        /* The filter forbids ptrace(2), which the sanitizer's leak check wants at the exit. */
        (void) setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
        (void) execl("/proc/self/exe", "test", number, NULL);
        _exit(42);
    }
    assert_true(waitpid(pid, &status, 0) == pid);
    return status;
}

int main(int argc, char **argv)
{
    static const gid_t groups[] = { 7, 8 };
    struct sock_filter *filter = NULL;
    size_t n_filter;

    if (argc > 1 && streq(argv[1], "all"))
        return inside_with_all();
    if (argc > 1)
        return inside(&cases[strtoul(argv[1], NULL, 10)]);
    if (geteuid() != 0) {
        printf("not root: nothing can be confined\n");
        return 77;
    }
    assert_int(seccomp_policy_compile(&(SeccompPolicy){ 0 }, &filter, &n_filter, NULL), 0);
    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        char number[16];
        int status;

        (void) snprintf(number, sizeof(number), "%zu", i);
        status = confine_child(
                &(Confinement){
                        .uid = cases[i].uid,
                        .gid = cases[i].gid,
                        .groups = groups,
                        .n_groups = ELEMENTSOF(groups),
                        .capabilities = MASK,
                        .no_new_privileges = cases[i].no_new_privileges,
                        .filter = cases[i].filter ? filter : NULL,
                        .n_filter = n_filter,
                        .working_directory = "/usr",
                        .keep = &kept_fd,
                        .n_keep = 1,
                },
                number);
        if (status != 0)
            fprintf(stderr, "%s:\n", cases[i].what);
        assert_int(status, 0);
    }
    /* With the right to raise limits again, and where nobody has it, as in a container. */
    for (int i = 0; i < 2; i++) {
        const uint64_t without = ~(UINT64_C(1) << CAP_SYS_RESOURCE);

        assert_int(confine_child(&(Confinement){ .capabilities = UINT64_MAX }, "all"), 0);
        assert_int(capability_bound(without), 0);
        assert_int(capability_set(without), 0);
    }
    /* A working directory behind a magic link leads nowhere. */
    assert_int(confine_child(&(Confinement){ .working_directory = "/proc/self/cwd" },
                             "cannot enter the working"),
               40 << 8);
    free(filter);
    return 0;
}
