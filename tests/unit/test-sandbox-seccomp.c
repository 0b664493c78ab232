/* SPDX-License-Identifier: Apache-2.0 */
/* Runs compiled programs in an interpreter of their own few instructions, for every number on every
 * architecture, and the default one in the kernel. */

#include "sandbox/seccomp-policy.h"

#include <fcntl.h>
#include <signal.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/message.h"
#include "base/string-util.h"
#include "sandbox/call-name.h"
#include "sandbox/seccomp-load.h"
#include "sandbox/seccomp-sets.h"

#include "test.h"

#define KILLED SECCOMP_REFUSAL
#define KILLED_UNTOLD SECCOMP_RET_KILL_PROCESS /* as above, where nobody could be told */
#define ALLOWED SECCOMP_RET_ALLOW
#define ANSWERED(e) (SECCOMP_RET_ERRNO | (e))

typedef struct Compiled {
    struct sock_filter *code;
    size_t n;
} Compiled;

static void compiled_done(Compiled *c)
{
    free(c->code);
}

static uint32_t run(const Compiled *program, const struct seccomp_data *data, size_t *ret_steps)
{
    uint32_t accumulator = 0;
    size_t steps = 0;

    for (size_t i = 0; i < program->n; i++) {
        const struct sock_filter *f = &program->code[i];

        steps++;
        switch (f->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            assert_true(f->k % 4 == 0 && f->k < sizeof(*data));
            memcpy(&accumulator, (const char *) data + f->k, sizeof(accumulator));
            break;
        case BPF_ALU | BPF_AND | BPF_K: accumulator &= f->k; break;
        case BPF_JMP | BPF_JA: i += f->k; break;
        case BPF_JMP | BPF_JEQ | BPF_K: i += accumulator == f->k ? f->jt : f->jf; break;
        case BPF_JMP | BPF_JGE | BPF_K: i += accumulator >= f->k ? f->jt : f->jf; break;
        case BPF_RET | BPF_K:
            if (ret_steps)
                *ret_steps = steps;
            return f->k;
        default: assert_true(!"an instruction that the interpreter does not know");
        }
    }
    assert_true(!"the program's end was reached");
    return 0;
}

static uint32_t verdict(const Compiled *program, uint32_t arch, uint32_t nr, unsigned argument,
                        uint64_t value)
{
    struct seccomp_data data = { .nr = (int) nr, .arch = arch };

    data.args[argument] = value;
    return run(program, &data, NULL);
}

static Compiled compile(SeccompMode mode, const char *names, const char *errno_name)
{
    _cleanup_strv_ char **set = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    Compiled c = { 0 };
    int r;

    assert_int(strv_split(names, " ", &set), 0);
    r = seccomp_policy_compile(&(SeccompPolicy){ mode, set, errno_name }, &c.code, &c.n, &error);
    if (r < 0)
        fprintf(stderr, "%s\n", error_cause(&error));
    assert_int(r, 0);
    return c;
}

#ifdef __x86_64__
enum { X32 = 0x40000000 };

static void test_verdicts(void)
{
    static const struct {
        SeccompMode mode;
        const char *set, *errno_name;
        uint32_t arch;
        int nr;
        unsigned argument;
        uint64_t value;
        uint32_t expected;
    } cases[] = {
#define DEFAULT SECCOMP_POLICY_DEFAULT, "", NULL
#define X64 AUDIT_ARCH_X86_64
#define I386 AUDIT_ARCH_I386
        { DEFAULT, X64, SYS_read, 0, 0, ALLOWED },
        { DEFAULT, X64, SYS_init_module, 0, 0, KILLED },
        { DEFAULT, X64, SYS_open_by_handle_at, 0, 0, KILLED },
        { DEFAULT, X64, SYS_mount, 0, 0, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_ptrace, 0, 0, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_unshare, 0, 0, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_keyctl, 0, 0, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_syslog, 0, 3, ANSWERED(EPERM) },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist syslog", NULL, X64, SYS_syslog, 0, 3, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist", "EACCES", X64, SYS_syslog, 0, 3, ANSWERED(EPERM) },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist", "EACCES", X64, SYS_keyctl, 0, 3,
          ANSWERED(EACCES) },
        { DEFAULT, X64, SYS_statx, 0, 0, ALLOWED },
        { DEFAULT, X64, SYS_rseq, 0, 0, ALLOWED },
        { DEFAULT, X64, SYS_membarrier, 0, 0, ALLOWED },
        { DEFAULT, X64, SYS_clone3, 0, 0, ANSWERED(ENOSYS) },
        { DEFAULT, X64, SYS_io_uring_setup, 0, 0, ANSWERED(ENOSYS) },
        { DEFAULT, X64, SYS_fsopen, 0, 0, ANSWERED(ENOSYS) },
        { DEFAULT, X64, 999, 0, 0, ANSWERED(ENOSYS) },
        { DEFAULT, X64, 462, 0, 0, ALLOWED }, /* mseal */
        { DEFAULT, X64, SYS_read | X32, 0, 0, ANSWERED(ENOSYS) },
        { DEFAULT, X64, -1, 0, 0, ANSWERED(ENOSYS) },
        { DEFAULT, AUDIT_ARCH_AARCH64, SYS_read, 0, 0, KILLED_UNTOLD },
        { DEFAULT, X64, SYS_clone, 0, 0x1200011, ALLOWED },
        { DEFAULT, X64, SYS_clone, 0, 0x10000011, ANSWERED(EPERM) },       /* CLONE_NEWUSER */
        { DEFAULT, X64, SYS_clone, 0, 0x00020011, ANSWERED(EPERM) },       /* CLONE_NEWNS */
        { DEFAULT, X64, SYS_clone, 0, UINT64_C(1) << 32 | 0x11, ALLOWED }, /* the kernel takes 32 bits */
        { DEFAULT, X64, SYS_clone, 0, UINT64_C(1) << 32 | 0x40000011, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_ioctl, 1, TIOCGWINSZ, ALLOWED },
        { DEFAULT, X64, SYS_ioctl, 1, TIOCSTI, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_ioctl, 1, UINT64_C(1) << 32 | TIOCSTI, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_ioctl, 1, TIOCLINUX, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_ioctl, 1, TIOCCONS, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_ioctl, 1, FIFREEZE, ANSWERED(EPERM) },
        { DEFAULT, X64, SYS_ioctl, 1, 0x8004587d, ANSWERED(EPERM) }, /* FS_IOC_SHUTDOWN */
        { DEFAULT, X64, SYS_personality, 0, 0xffffffff, ALLOWED },
        { DEFAULT, X64, SYS_personality, 0, 0x0400000, ANSWERED(EPERM) }, /* READ_IMPLIES_EXEC */
        { DEFAULT, I386, 3, 0, 0, ALLOWED },                              /* read */
        { DEFAULT, I386, 21, 0, 0, ANSWERED(EPERM) },                     /* mount */
        { DEFAULT, I386, 128, 0, 0, KILLED },                             /* init_module */
        { DEFAULT, I386, 103, 0, 3, ANSWERED(EPERM) },                    /* syslog */
        { DEFAULT, X64, SYS_socket, 0, AF_UNIX, ALLOWED },
        { DEFAULT, X64, SYS_socket, 0, AF_VSOCK, ANSWERED(EAFNOSUPPORT) },
        { DEFAULT, X64, SYS_socket, 0, UINT64_C(1) << 32 | AF_VSOCK, ANSWERED(EAFNOSUPPORT) },
        { DEFAULT, I386, 359, 0, AF_VSOCK, ANSWERED(EAFNOSUPPORT) },
        { DEFAULT, I386, 102, 0, 1, ANSWERED(ENOSYS) },             /* socketcall: socket */
        { DEFAULT, I386, 102, 0, 3, ALLOWED },                      /* socketcall: connect */
        { DEFAULT, I386, 102, 0, 8, ANSWERED(ENOSYS) },             /* socketcall: socketpair */
        { DEFAULT, I386, 360, 0, AF_TIPC, ANSWERED(EAFNOSUPPORT) }, /* socketpair */
        { DEFAULT, X64, SYS_socketpair, 0, AF_TIPC, ANSWERED(EAFNOSUPPORT) },
        { DEFAULT, X64, SYS_socketpair, 0, AF_UNIX, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist @rkt/AF_TIPC", NULL, X64, SYS_socketpair, 0, AF_TIPC,
          ALLOWED },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist @rkt/AF_TIPC", NULL, I386, 359, 0, AF_TIPC,
          ALLOWED },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist @rkt/AF_TIPC", NULL, I386, 102, 0, 1,
          ANSWERED(ENOSYS) },
        { SECCOMP_POLICY_RETAIN, "read @rkt/AF_TIPC", NULL, X64, SYS_socket, 0, AF_TIPC, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "read @rkt/AF_TIPC", NULL, X64, SYS_socket, 0, AF_ALG,
          ANSWERED(EAFNOSUPPORT) },
        /* What no filter can read is not let by for the sake of what it can. */
        { SECCOMP_POLICY_RETAIN, "read @rkt/AF_TIPC", NULL, I386, 102, 0, 1, KILLED_UNTOLD },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist socket socketcall", NULL, X64, SYS_socket, 0,
          AF_VSOCK, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist socket socketcall", NULL, I386, 102, 0, 1, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_socket, 0, AF_VSOCK,
          ANSWERED(EAFNOSUPPORT) },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_socket, 0, AF_INET, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, I386, 102, 0, 1, ANSWERED(ENOSYS) },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, I386, 102, 0, 3, ALLOWED },
        { DEFAULT, I386, 359, 0, AF_UNIX, ALLOWED },            /* socket */
        { DEFAULT, I386, 120, 0, 0x10000011, ANSWERED(EPERM) }, /* clone */
        { DEFAULT, I386, 403, 0, 0, ALLOWED },                  /* clock_gettime64 */
        { DEFAULT, I386, 404, 0, 0, ANSWERED(ENOSYS) },         /* clock_settime64 */
        { SECCOMP_POLICY_DEFAULT, "", "EACCES", X64, SYS_mount, 0, 0, ANSWERED(EACCES) },
        { SECCOMP_POLICY_RETAIN, "@docker/default-whitelist umount2", NULL, X64, SYS_umount2, 0, 0, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist umount2", "EPERM", X64, SYS_mount, 0, 0,
          ANSWERED(EPERM) },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist clone", NULL, X64, SYS_clone, 0, 0x10000011,
          ALLOWED },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist clone3", NULL, X64, SYS_clone3, 0, 0, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "read", NULL, X64, SYS_execve, 0, 0, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "read", NULL, X64, SYS_write, 0, 0, KILLED_UNTOLD },
        { SECCOMP_POLICY_RETAIN, "read sendmsg", NULL, X64, SYS_write, 0, 0, KILLED_UNTOLD },
        { SECCOMP_POLICY_RETAIN, "read sendmsg close", NULL, X64, SYS_write, 0, 0, KILLED },
        { SECCOMP_POLICY_REMOVE, "acct sendmsg", NULL, X64, SYS_acct, 0, 0, KILLED_UNTOLD },
        { SECCOMP_POLICY_RETAIN, "read", NULL, X64, SYS_statx, 0, 0, ANSWERED(ENOSYS) },
        { SECCOMP_POLICY_RETAIN, "socket @appc.io/empty", NULL, I386, 102, 0, 1, ALLOWED },
        { SECCOMP_POLICY_RETAIN, "socket", NULL, I386, 102, 0, 2, KILLED_UNTOLD },
        { SECCOMP_POLICY_RETAIN, "@systemd/privileged", NULL, X64, SYS_chown, 0, 0, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "socket", NULL, X64, SYS_socket, 0, 0, KILLED },
        { SECCOMP_POLICY_REMOVE, "socket", NULL, X64, SYS_mount, 0, 0, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "socket", NULL, X64, 999, 0, 0, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "socket", NULL, X64, SYS_socket | X32, 0, 0, ANSWERED(ENOSYS) },
        { SECCOMP_POLICY_REMOVE, "socket", NULL, I386, 359, 0, 0, KILLED },
        { SECCOMP_POLICY_REMOVE, "socket", NULL, I386, 102, 0, 1, KILLED },
        { SECCOMP_POLICY_REMOVE, "socket", NULL, I386, 102, 0, 2, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "semop", NULL, I386, 117, 0, 0x10001, KILLED },
        { SECCOMP_POLICY_REMOVE, "socket", "ENOTSUP", X64, SYS_socket, 0, 0, ANSWERED(ENOTSUP) },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_clone, 0, 0x11, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_clone, 0, 0x20000011,
          ANSWERED(EPERM) },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_clone3, 0, 0, ANSWERED(ENOSYS) },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_umount2, 0, 0, ANSWERED(EPERM) },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_reboot, 0, 0, KILLED },
        { SECCOMP_POLICY_REMOVE, "@rkt/default-blacklist", NULL, X64, SYS_socket, 0, AF_ALG,
          ANSWERED(EAFNOSUPPORT) },
        { SECCOMP_POLICY_REMOVE, "@docker/default-blacklist clone3", NULL, X64, SYS_clone3, 0, 0, KILLED },
        { SECCOMP_POLICY_REMOVE, "@systemd/mount", NULL, X64, SYS_umount2, 0, 0, ANSWERED(EPERM) },
        { SECCOMP_POLICY_REMOVE, "umount2", NULL, X64, SYS_umount2, 0, 0, KILLED },
        { SECCOMP_POLICY_REMOVE, "@systemd/mount umount2", NULL, X64, SYS_umount2, 0, 0, KILLED },
        { SECCOMP_POLICY_RETAIN, "@docker/default-blacklist", NULL, X64, SYS_umount2, 0, 0, ALLOWED },
        { SECCOMP_POLICY_REMOVE, "@systemd/mount", NULL, X64, SYS_chroot, 0, 0, KILLED },
        { SECCOMP_POLICY_REMOVE, "@appc.io/empty", NULL, X64, SYS_mount, 0, 0, ANSWERED(EPERM) },
        { SECCOMP_POLICY_REMOVE, "@appc.io/empty", NULL, X64, SYS_read, 0, 0, ALLOWED },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(compiled_done) Compiled c = compile(cases[i].mode, cases[i].set, cases[i].errno_name);
        uint32_t got = verdict(&c, cases[i].arch, (uint32_t) cases[i].nr, cases[i].argument, cases[i].value);

        if (got != cases[i].expected)
            fprintf(stderr, "case %zu (\"%s\", number %d):\n", i, cases[i].set, cases[i].nr);
        assert_int(got, cases[i].expected);
    }
}
#endif

/* Each family and each protocol of netlink: what is not named is not to be had, and what is named is that one
 * alone. */
static void test_sockets(void)
{
    static const struct {
        const char *set;
        int more_family, more_netlink;
    } cases[] = {
        { "@rkt/default-whitelist", -1, -1 },
        { "@rkt/default-whitelist @rkt/AF_ALG", AF_ALG, -1 },
        { "@rkt/default-whitelist @rkt/AF_VSOCK @rkt/AF_VSOCK", AF_VSOCK, -1 },
        { "@rkt/default-whitelist @rkt/NETLINK_AUDIT", -1, NETLINK_AUDIT },
        { "@rkt/default-whitelist @rkt/NETLINK_KOBJECT_UEVENT @rkt/AF_CAN", AF_CAN, NETLINK_KOBJECT_UEVENT },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_(compiled_done) Compiled c = compile(SECCOMP_POLICY_RETAIN, cases[i].set, NULL);
        struct seccomp_data data = { .nr = SYS_socket, .arch = seccomp_arch_native() };

        for (int family = 0; family < 256; family++) {
            bool usual = family == AF_UNIX || family == AF_INET || family == AF_INET6 ||
                         family == AF_PACKET || family == AF_NETLINK;

            data.args[0] = (uint64_t) family | UINT64_C(1) << 32; /* the kernel takes the lower half */
            data.args[2] = family == AF_NETLINK ? NETLINK_ROUTE : 77;
            assert_int(run(&c, &data, NULL),
                       usual || family == cases[i].more_family ? ALLOWED : ANSWERED(EAFNOSUPPORT));
        }
        data.args[0] = AF_NETLINK;
        for (int protocol = 0; protocol < 256; protocol++) {
            bool usual = protocol == NETLINK_ROUTE || protocol == NETLINK_SOCK_DIAG ||
                         protocol == NETLINK_XFRM || protocol == NETLINK_NETFILTER ||
                         protocol == NETLINK_GENERIC;

            data.args[2] = (uint64_t) protocol | UINT64_C(1) << 32;
            assert_int(run(&c, &data, NULL),
                       usual || protocol == cases[i].more_netlink ? ALLOWED : ANSWERED(EPROTONOSUPPORT));
        }
    }
}

/* Each number below 512, seen from the other side: libseccomp names it, the set's text has the name or not.
 */
static void test_whole_list(void)
{
    static const uint32_t archs[] = {
#if defined(__x86_64__)
        SCMP_ARCH_X86_64,
        SCMP_ARCH_X86
#elif defined(__aarch64__)
        SCMP_ARCH_AARCH64,
        SCMP_ARCH_ARM
#endif
    };
    _cleanup_(compiled_done) Compiled c = compile(SECCOMP_POLICY_DEFAULT, "", NULL);
    _cleanup_free_ char *list = NULL, *eperm = NULL;
    size_t steps_max = 0;

    assert_true(asprintf(&list, " %s ", seccomp_set_members("@rkt/default-whitelist")) > 0);
    assert_true(asprintf(&eperm, " %s ", seccomp_calls_answered_eperm) > 0);
    for (size_t a = 0; a < ELEMENTSOF(archs); a++) {
        int youngest = seccomp_syscall_resolve_name_arch(archs[a], "copy_file_range");

        for (int nr = 0; nr < 450; nr++) {
            _cleanup_free_ char *name = seccomp_syscall_resolve_num_arch(archs[a], nr);
            char listed[80], tested[80];
            struct seccomp_data data = { .nr = nr, .arch = archs[a] };
            size_t steps;
            uint32_t got = run(&c, &data, &steps);

            if (steps > steps_max)
                steps_max = steps;
            (void) snprintf(listed, sizeof(listed), " %s ", name ? name : "?");
            (void) snprintf(tested, sizeof(tested), " %s? ", name ? name : "?");
            if (!name && (nr == 335 || nr == 336)) /* uretprobe and uprobe: younger than libseccomp */
                continue;
            if (name && strstr(eperm, listed))
                assert_int(got, ANSWERED(EPERM));
            else if (streq_ptr(name, "socket") || streq_ptr(name, "socketpair")) /* a family of 0 */
                assert_int(got, ANSWERED(EAFNOSUPPORT));
            else if (streq_ptr(name, "syslog"))
                assert_int(got, ANSWERED(EPERM));
            else if (name && (strstr(list, listed) || strstr(list, tested)))
                assert_int(got, ALLOWED);
            else if (got != (nr > youngest ? ANSWERED(ENOSYS) : KILLED)) {
                fprintf(stderr, "%s (%d) on %x: %x\n", name ? name : "?", nr, archs[a], got);
                exit(1);
            }
        }
    }
    printf("default filter: %zu instructions, at most %zu steps a call\n", c.n, steps_max);
    assert_true(c.n < 1000 && steps_max < 24);
}

static void test_refusals(void)
{
    static const struct {
        SeccompMode mode;
        const char *set, *errno_name, *cause;
    } cases[] = {
        { SECCOMP_POLICY_RETAIN, "raed", NULL, "unknown system call \"raed\"" },
        { SECCOMP_POLICY_RETAIN, "ioctl?", NULL, "unknown system call \"ioctl?\"" },
        { SECCOMP_POLICY_RETAIN, "@rkt/nothing", NULL, "unknown set of system calls \"@rkt/nothing\"" },
        { SECCOMP_POLICY_RETAIN, "read", "EFOO", "unknown errno \"EFOO\" for system calls that are refused" },
        { SECCOMP_POLICY_RETAIN, "@rkt/AF_NOTHING", NULL, "unknown set of system calls \"@rkt/AF_NOTHING\"" },
        { SECCOMP_POLICY_REMOVE, "@rkt/AF_ALG", NULL, "\"@rkt/AF_ALG\" can only be in a retain-set" },
        { SECCOMP_POLICY_RETAIN, "@appc.io/empty", NULL,
          "the seccomp isolator leaves no system call to the app" },
        { SECCOMP_POLICY_REMOVE, "@appc.io/all", NULL,
          "the seccomp isolator leaves no system call to the app" },
        { SECCOMP_POLICY_REMOVE, "execve", NULL,
          "the seccomp isolator removes execve: the app could not be started" },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_strv_ char **set = NULL;
        _cleanup_error_ Error error = ERROR_INIT;
        struct sock_filter *code = NULL;
        size_t n;

        assert_int(strv_split(cases[i].set, " ", &set), 0);
        assert_int(seccomp_policy_compile(&(SeccompPolicy){ cases[i].mode, set, cases[i].errno_name }, &code,
                                          &n, &error),
                   -EINVAL);
        assert_str(error_cause(&error), cases[i].cause);
    }
}

static void test_no_filter(void)
{
    _cleanup_(compiled_done) Compiled c = compile(SECCOMP_POLICY_RETAIN, "read @appc.io/all", NULL);

    assert_int(c.n, 0);
    assert_true(!c.code);
}

/* Which policies allow more than the default does: what an image may not have by its own word. */
static void test_exceeds(void)
{
    static const struct {
        SeccompMode mode;
        const char *set, *errno_name;
        bool bounded;
        int exceeds;
    } cases[] = {
        { SECCOMP_POLICY_DEFAULT, "", NULL, true, 0 },
        { SECCOMP_POLICY_RETAIN, "read write openat", NULL, true, 0 },
        { SECCOMP_POLICY_RETAIN, "read write", "ENOSYS", true, 0 },
        { SECCOMP_POLICY_RETAIN, "@docker/default-whitelist", NULL, true, 0 },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist", "EPERM", true, 0 },
        { SECCOMP_POLICY_REMOVE, "@appc.io/empty", NULL, true, 0 },
        /* Calls with a test: whole by the user's word, under their test by the image's. */
        { SECCOMP_POLICY_RETAIN, "clone ioctl socket personality socketcall", NULL, true, 0 },
        { SECCOMP_POLICY_RETAIN, "syslog socketpair", NULL, true, 0 },
        { SECCOMP_POLICY_RETAIN, "syslog", NULL, false, 1 },
        { SECCOMP_POLICY_RETAIN, "socket", NULL, false, 1 },
        { SECCOMP_POLICY_RETAIN, "@rkt/default-whitelist @rkt/AF_ALG", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "@rkt/AF_ALG", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "socket @rkt/NETLINK_AUDIT", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "clone", NULL, false, 1 },
        { SECCOMP_POLICY_RETAIN, "ioctl", NULL, false, 1 },
        { SECCOMP_POLICY_RETAIN, "socketcall", NULL, false, 1 },
        /* More */
        { SECCOMP_POLICY_RETAIN, "@appc.io/all", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "@docker/default-whitelist mount", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "read ptrace", "EPERM", true, 1 },
        { SECCOMP_POLICY_RETAIN, "clone3", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "io_uring_setup", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "fsopen", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "mseal", NULL, true, 0 },
        { SECCOMP_POLICY_RETAIN, "@systemd/mount", NULL, true, 1 },
        { SECCOMP_POLICY_RETAIN, "@docker/default-blacklist", NULL, true, 1 },
        { SECCOMP_POLICY_REMOVE, "@docker/default-blacklist", NULL, true, 1 },
        { SECCOMP_POLICY_REMOVE, "read", NULL, true, 1 },
        { SECCOMP_POLICY_REMOVE, "mount umount2", "EPERM", true, 1 },
    };

    for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
        _cleanup_strv_ char **set = NULL;
        _cleanup_error_ Error error = ERROR_INIT;
        SeccompPolicy policy = { .mode = cases[i].mode,
                                 .errno_name = cases[i].errno_name,
                                 .bounded = cases[i].bounded };

        assert_true(strv_split(cases[i].set, " ", &set) >= 0);
        policy.set = set;
        assert_int(seccomp_policy_exceeds_default(&policy, &error), cases[i].exceeds);
    }
}

/* The bounded filter of an image: clone without namespaces only. */
static void test_bounded(void)
{
    static const char *const set[] = { "clone", NULL };
    const SeccompPolicy policy = { .mode = SECCOMP_POLICY_RETAIN,
                                   .set = (char *const *) set,
                                   .bounded = true };
    _cleanup_(compiled_done) Compiled c = { 0 };
    _cleanup_error_ Error error = ERROR_INIT;
    struct seccomp_data data = { .nr = SYS_clone, .arch = seccomp_arch_native() };

    assert_true(seccomp_policy_compile(&policy, &c.code, &c.n, &error) >= 0);
    assert_int(run(&c, &data, NULL), ALLOWED);
    data.args[0] = 0x10000000; /* CLONE_NEWUSER */
    assert_int(run(&c, &data, NULL), ANSWERED(EPERM));
}

/* The door of 32-bit programs, which a 64-bit one can use too. A processor or kernel that lacks it answers
 * with ENOSYS or SIGSEGV. */
static int call_i386_2(int number, int second)
{
    int result = -ENOSYS;

#ifdef __x86_64__
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(0), "c"(second), "d"(0)
                     : "memory", "r8", "r9", "r10", "r11");
#endif
    return result;
}

static int call_i386(int number)
{
    return call_i386_2(number, 0);
}

static bool has_i386(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(call_i386(64) > 0 ? 0 : 1);
    assert_true(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* In the kernel: what the child did comes back as its exit status. */
static void test_load(void)
{
    char directory[] = "/tmp/test-seccomp-XXXXXX";
    _cleanup_close_ int dir = -EBADF;
    _cleanup_free_ struct sock_filter *filter = NULL;
    const bool i386 = has_i386();
    struct timespec start, end;
    size_t n;
    int status;
    pid_t pid;

    if (!i386)
        puts("no 32-bit system calls here: their door is not tried");
    assert_true(mkdtemp(directory));
    dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir >= 0);
    assert_int(seccomp_policy_write(&(SeccompPolicy){ 0 }, dir, "filter-0", NULL), 1);
    assert_int(seccomp_filter_read(dir, "filter-0", &filter, &n), 0);
    assert_int(unlinkat(dir, "filter-0", 0), 0);
    assert_int(seccomp_filter_read(dir, "filter-0", &filter, &n), -ENOENT);
    assert_int(rmdir(directory), 0);

    for (int round = 0; round < 3; round++) {
        fflush(stdout);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            assert_int(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
            (void) clock_gettime(CLOCK_MONOTONIC, &start);
            assert_int(seccomp_filter_load(filter, n), 0);
            (void) clock_gettime(CLOCK_MONOTONIC, &end);
            printf("loaded in %ld us\n", (end.tv_nsec - start.tv_nsec) / 1000);
            fflush(stdout);
            assert_true(syscall(SYS_getppid) > 0);
            assert_true(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS);
            assert_true(ioctl(0, TIOCSTI, "x") < 0 && errno == EPERM);
            assert_true(syscall(SYS_unshare, 0) < 0 && errno == EPERM);
            assert_true(socket(AF_ALG, SOCK_SEQPACKET, 0) < 0 && errno == EAFNOSUPPORT);
            assert_true(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT) < 0 && errno == EPROTONOSUPPORT);
            assert_true(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) >= 0);
#ifdef __x86_64__
            assert_true(syscall(SYS_getppid | X32) < 0 && errno == ENOSYS);
            if (i386)
                assert_true(call_i386(64) > 0); /* getppid */
            if (i386 && round == 2)
                (void) call_i386(217); /* pivot_root */
#endif
            if (round == 1)
                (void) syscall(SYS_pivot_root, NULL, NULL);
            _exit(0);
        }
        assert_true(waitpid(pid, &status, 0) == pid);
        if (round == 0 || (round == 2 && !i386))
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        else
            assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
    }
}

/* Notifies of pivot_root(2). */
static int load_another(unsigned flags)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pivot_root, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { ELEMENTSOF(filter), filter };

    return (int) syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* The listener was closed: the call fails, and nobody can have it made. */
static void try_without_listener(bool i386)
{
    assert_true(syscall(SYS_pivot_root, NULL, NULL) < 0 && errno == ENOSYS);
    assert_true(load_another(SECCOMP_FILTER_FLAG_NEW_LISTENER) < 0 && errno == EBUSY);
    assert_true(load_another(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_LOG) < 0 &&
                errno == EBUSY);
    if (i386) {
        assert_int(call_i386_2(354, SECCOMP_FILTER_FLAG_NEW_LISTENER), -EBUSY); /* seccomp */
        assert_int(call_i386_2(354, 0), -EINVAL);
        assert_int(call_i386_2(317, SECCOMP_FILTER_FLAG_NEW_LISTENER), -EPERM); /* move_pages */
    }
    assert_int(load_another(0), 0);
    assert_true(syscall(SYS_pivot_root, NULL, NULL) < 0 && errno == ENOSYS);
}

/* Whoever has the listener hears of the call before its caller goes on. */
static void test_load_told(void)
{
    Compiled c = compile(SECCOMP_POLICY_DEFAULT, "", NULL);
    struct seccomp_notif_resp answer = { .error = -ENOENT };
    struct seccomp_notif told = {};
    int ends[2], listener, status;
    const bool i386 = has_i386();
    char byte;
    pid_t pid;

    assert_int(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void) close(ends[0]);
        (void) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        assert_int(seccomp_filter_load_told(c.code, c.n, ends[1]), 0);
        assert_true(close(ends[1]) < 0 && errno == EBADF);
        assert_true(syscall(SYS_unshare, 0) < 0 && errno == EPERM);
        assert_true(syscall(SYS_pivot_root, NULL, NULL) < 0 && errno == ENOENT);
        try_without_listener(i386);
        _exit(7);
    }
    (void) close(ends[1]);
    while (message_receive(ends[0], &byte, 1, &listener) == -EAGAIN)
        (void) usleep(1000);
    if (listener < 0) {
        printf("no listener here\n"); /* a filter around us has one */
        assert_true(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
        return;
    }
    assert_int(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &told), 0);
    assert_int(told.pid, pid);
    assert_str(call_name(told.data.arch, (uint32_t) told.data.nr), "pivot_root");
    answer.id = told.id;
    assert_int(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer), 0);
    (void) close(listener);
    assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    (void) close(ends[0]);
    compiled_done(&c);
}

/* The names are those that filters are written with. */
static void test_names(void)
{
#ifdef __x86_64__
    static const struct {
        uint32_t architecture, seccomp;
    } architectures[] = { { AUDIT_ARCH_X86_64, SCMP_ARCH_X86_64 }, { AUDIT_ARCH_I386, SCMP_ARCH_X86 } };
    size_t known = 0;

    for (size_t i = 0; i < ELEMENTSOF(architectures); i++)
        for (uint32_t number = 0; number < 1000; number++) {
            _cleanup_free_ char *expected =
                    seccomp_syscall_resolve_num_arch(architectures[i].seccomp, (int) number);
            const char *name = call_name(architectures[i].architecture, number);

            known += name != NULL;
            if (name && expected)
                assert_str(name, expected);
        }
    assert_true(known > 600);
#endif
    assert_str(call_name(seccomp_arch_native(), SYS_reboot), "reboot");
    assert_true(!call_name(seccomp_arch_native(), 100000));
}

static void test_time(void)
{
    struct timespec start, end;

    (void) clock_gettime(CLOCK_MONOTONIC, &start);
    for (unsigned i = 0; i < 10; i++) {
        Compiled c = compile(SECCOMP_POLICY_DEFAULT, "", NULL);

        compiled_done(&c);
    }
    (void) clock_gettime(CLOCK_MONOTONIC, &end);
    printf("compiled in %ld us\n",
           ((end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec) / 10 / 1000);
}

int main(void)
{
#ifdef __x86_64__
    test_verdicts();
#endif
    test_sockets();
    test_whole_list();
    test_refusals();
    test_no_filter();
    test_exceeds();
    test_bounded();
    test_time();
    test_load();
    test_load_told();
    test_names();
    return 0;
}
