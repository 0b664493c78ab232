/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that do not exist in here, by each door to the kernel. */
#include "hostile.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

static long bare_call(long number)
{
    return syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
}

#define CALL(attack, name)                                                                                   \
    {                                                                                                        \
        attack, #name, SYS_##name                                                                            \
    }

/* Those of the attack that is on. */
static void calls(void)
{
    static const struct {
        const char *attack, *name;
        long number;
    } refused[] = {
        CALL("mount-calls", mount),
        CALL("mount-calls", umount2),
        CALL("mount-calls", pivot_root),
        CALL("mount-calls", open_tree),
        CALL("mount-calls", move_mount),
        CALL("mount-calls", fsopen),
        CALL("mount-calls", fsconfig),
        CALL("mount-calls", fsmount),
        CALL("mount-calls", fspick),
        CALL("mount-calls", mount_setattr),
        CALL("namespace-calls", setns),
        CALL("namespace-calls", unshare),
        CALL("namespace-calls", clone3),
        CALL("bpf", bpf),
        CALL("perf", perf_event_open),
        CALL("userfaultfd", userfaultfd),
        CALL("io-uring", io_uring_setup),
        CALL("keyring", keyctl),
        CALL("keyring", add_key),
        CALL("keyring", request_key),
        CALL("trace-calls", ptrace),
        CALL("trace-calls", process_vm_readv),
        CALL("trace-calls", process_vm_writev),
        CALL("trace-calls", pidfd_getfd),
        CALL("trace-calls", kcmp),
        CALL("file-handles", open_by_handle_at),
        CALL("file-handles", name_to_handle_at),
        CALL("file-handles", fanotify_init),
        CALL("kernel-code", kexec_load),
        CALL("kernel-code", init_module),
        CALL("kernel-code", finit_module),
        CALL("kernel-code", delete_module),
        CALL("machine", reboot),
        CALL("machine", swapon),
        CALL("machine", swapoff),
        CALL("machine", quotactl),
        CALL("machine", acct),
        CALL("machine", settimeofday),
        CALL("machine", clock_settime),
        CALL("machine", adjtimex),
        CALL("machine", sethostname),
        CALL("machine", vhangup),
    };

    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        int result;

        if (strcmp(refused[i].attack, attack) != 0)
            continue;
        result = outcome(bare_call, refused[i].number);
        if (!is_refusal(result))
            through("%s: %s", refused[i].name, result == 0 ? "done" : strerrorname_np(result));
    }
}

static long clone_with(long flags)
{
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0L, 0L, 0L, 0L);

    if (pid == 0)
        _exit(0);
    return pid;
}

static long unshare_with(long flags)
{
    return unshare((int) flags);
}

static void namespaces(void)
{
    static const long flags[] = { CLONE_NEWNS,  CLONE_NEWUSER, CLONE_NEWPID,   CLONE_NEWNET,
                                  CLONE_NEWIPC, CLONE_NEWUTS,  CLONE_NEWCGROUP };

    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
        if (!is_refusal(outcome(clone_with, flags[i])))
            through("clone with %#lx", (unsigned long) flags[i]);
        if (!is_refusal(outcome(unshare_with, flags[i])))
            through("unshare with %#lx", (unsigned long) flags[i]);
    }
}

#if defined(__x86_64__)
static long x32_call(long number)
{
    return bare_call(number | 0x40000000);
}

static long i386_call(long number)
{
    long result;

    if (getenv("NO_32_BIT_CALLS")) /* as a processor or a kernel does that has none */
        raise(SIGSEGV);
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(number), "b"(-1L), "c"(-1L), "d"(-1L), "S"(-1L), "D"(-1L)
                     : "memory", "cc", "r8", "r9", "r10", "r11");
    errno = (int) -result;
    return result < 0 ? -1 : result;
}

static long i386_socketcall(long arguments)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(102L), "b"(1L), "c"(arguments)
                     : "memory", "cc", "r8", "r9", "r10", "r11");
    errno = (int) -result;
    return result < 0 ? -1 : result;
}

/* Its other end is the hypervisor or the host. socketcall(2) of a 32-bit program takes the family from memory. */
static void vsock_by_socketcall(void)
{
    unsigned *arguments =
            mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    int result;

    if (arguments == MAP_FAILED) {
        through("no memory to try it with: %s", strerror(errno));
        return;
    }
    memcpy(arguments, (unsigned[]){ AF_VSOCK, SOCK_STREAM, 0 }, 3 * sizeof(unsigned));
    result = outcome(i386_socketcall, (long) arguments);
    if (!is_refusal(result))
        through("socketcall: %d", result);
}

static void i386_calls(void)
{
    static const long i386_refused[] = { 21 /* mount */,    26 /* ptrace */,       52 /* umount2 */,
                                         88 /* reboot */,   128 /* init_module */, 288 /* keyctl */,
                                         310 /* unshare */, 346 /* setns */,       357 /* bpf */ };

    if (outcome(i386_call, 20 /* getpid */) != 0) {
        untried("no 32-bit system calls here");
        return;
    }
    for (size_t i = 0; i < sizeof(i386_refused) / sizeof(*i386_refused); i++)
        if (!is_refusal(outcome(i386_call, i386_refused[i])))
            through("i386 call %ld", i386_refused[i]);
    vsock_by_socketcall();
}

static void x32_calls(void)
{
    static const long x32_refused[] = { SYS_getpid, SYS_mount, SYS_unshare };

    for (size_t i = 0; i < sizeof(x32_refused) / sizeof(*x32_refused); i++)
        if (!is_refusal(outcome(x32_call, x32_refused[i])))
            through("x32 call %ld", x32_refused[i]);
}
#else
static void i386_calls(void)
{
    untried("not this architecture's");
}

static void x32_calls(void)
{
    untried("not this architecture's");
}
#endif

/* Its other end is the hypervisor or the host, whatever the pod's network. */
static void vsock(void)
{
    if (socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 || errno != EAFNOSUPPORT)
        through("socket: %s", strerror(errno));
}

/* Kinds of sockets that nobody has named: each would be code of the kernel, and some lead to the host. */
static void families(void)
{
    for (int family = 0; family < 64; family++)
        for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type++) {
            int pair[2];

            if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK ||
                family == AF_PACKET)
                continue;
            if (socket(family, type | SOCK_CLOEXEC, 0) >= 0 || errno != EAFNOSUPPORT)
                through("family %d, type %d: %s", family, type, strerror(errno));
            if (socketpair(family, type | SOCK_CLOEXEC, 0, pair) >= 0 || errno != EAFNOSUPPORT)
                through("a pair of family %d, type %d: %s", family, type, strerror(errno));
        }
}

/* Of netlink those that write the host's log, or tell what it does. */
static void netlink(void)
{
    static const int refused[] = { 1,
                                   NETLINK_USERSOCK,
                                   NETLINK_SELINUX,
                                   NETLINK_ISCSI,
                                   NETLINK_AUDIT,
                                   NETLINK_FIB_LOOKUP,
                                   NETLINK_CONNECTOR,
                                   NETLINK_KOBJECT_UEVENT,
                                   NETLINK_SCSITRANSPORT,
                                   NETLINK_RDMA,
                                   NETLINK_CRYPTO,
                                   22 };

    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
        if (socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, refused[i]) >= 0 || errno != EPROTONOSUPPORT)
            through("netlink %d: %s", refused[i], strerror(errno));
    if (socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) < 0)
        through("no routes: %s", strerror(errno));
}

static void kernel_log(void)
{
    static char text[65536];

    for (int action = 2; action <= 10; action++)
        if (action != 5 && action != 6 && action != 7 && action != 8 &&
            (klogctl(action, text, action == 10 ? 0 : (int) sizeof(text)) >= 0 || errno != EPERM))
            through("action %d: %s", action, strerror(errno));
}

static int abstract_socket(const char *name, bool listens)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    socklen_t length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

    memcpy(address.sun_path + 1, name, strlen(name));
    r = listens ? bind(fd, (struct sockaddr *) &address, length)
                : connect(fd, (struct sockaddr *) &address, length);
    if (r >= 0 && listens)
        r = listen(fd, 1);
    if (r >= 0)
        return fd;
    close(fd);
    return -1;
}

/* A service of the host, which listens on this name. */
static void abstract(void)
{
    if (abstract_socket("rkt-host-abstract", false) >= 0)
        through("connected");
}

/* Whether the kernel can keep a domain from the abstract sockets of others. */
static void scope(void)
{
    long abi = syscall(444 /* landlock_create_ruleset */, NULL, 0L, 1L);

    if (abi < 6)
        through("the kernel has version %ld", abi);
}

/* Between the apps of a pod, which have a network in common. */
static void listen_abstract(void)
{
    int fd = abstract_socket("rkt-pod-abstract", true);

    if (fd < 0)
        through("%s", strerror(errno));
    else
        (void) accept(fd, NULL, NULL);
}

static void reach_abstract(void)
{
    for (unsigned i = 0; i < 600; i++) {
        if (abstract_socket("rkt-pod-abstract", false) >= 0)
            return;
        usleep(100000);
    }
    through("%s", strerror(errno));
}

const Attack calls_attacks[] = {
    { "mount-calls", calls },
    { "namespace-calls", calls },
    { "bpf", calls },
    { "perf", calls },
    { "userfaultfd", calls },
    { "io-uring", calls },
    { "keyring", calls },
    { "trace-calls", calls },
    { "file-handles", calls },
    { "kernel-code", calls },
    { "machine", calls },
    { "namespaces", namespaces },
    { "i386-calls", i386_calls },
    { "x32-calls", x32_calls },
    { "vsock", vsock },
    { "families", families },
    { "netlink", netlink },
    { "kernel-log", kernel_log },
    { "abstract", abstract },
    { "scope", scope },
    { "listen-abstract", listen_abstract },
    { "reach-abstract", reach_abstract },
    {},
};
