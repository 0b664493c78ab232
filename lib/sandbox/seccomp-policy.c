/* SPDX-License-Identifier: Apache-2.0 */
/* From names to numbers: the sets are spread into names, each name is looked up for each architecture that
 * the kernel runs beside the native one, and what is left between the numbers gets the verdict of the mode.
 *
 * Architectures. 32-bit programs of the same family are admitted, under the same sets, as in docker. x32 is
 * answered ENOSYS, as kernels without it do: its numbers reach the native calls by a second door. Any other
 * ends in SIGSYS.
 *
 * Age. The sets of 2016 can't know younger calls, and a libc that meets SIGSYS where it expects ENOSYS can't
 * fall back to what the set does know. So a call younger than the sets (its number is above
 * copy_file_range's, the youngest in them) that is neither listed nor judged is answered ENOSYS: clone3 and
 * io_uring among them, whose arguments no filter can read. A system call that the kernel has not got yet
 * behaves the same, so a filter does not age. */

#include "seccomp-policy.h"

#include <linux/audit.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/file-util.h"
#include "base/string-util.h"

#include "seccomp-compile.h"
#include "seccomp-load.h"
#include "seccomp-sets.h"

#define YOUNGEST_IN_SETS "copy_file_range"

enum { NAME_MAX_LENGTH = 64, ENTRIES_MAX = 4096, SUBCALLS_MAX = 32, X32_BIT = 0x40000000 };

static const uint32_t architectures[] = {
#if defined(__x86_64__)
    SCMP_ARCH_X86_64,
    SCMP_ARCH_X86,
#elif defined(__aarch64__)
    SCMP_ARCH_AARCH64,
    SCMP_ARCH_ARM,
#else
    SCMP_ARCH_NATIVE,
#endif
};

static uint32_t architecture_number(uint32_t architecture)
{
    return architecture == SCMP_ARCH_NATIVE ? seccomp_arch_native() : architecture;
}

/* ----- Calls under a test ----- */

#if defined(__s390x__)
enum { CLONE_FLAGS_ARGUMENT = 1 };
#else
enum { CLONE_FLAGS_ARGUMENT = 0 };
#endif

#define CLONE_NAMESPACES                                                                                     \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |            \
     CLONE_NEWNET)

static const uint32_t no_flags[] = { 0 };
/* Input put into a terminal as if it had been typed there: the way out of a container whose terminal is
 * shared. And what CAP_SYS_ADMIN allows on the host by way of any file of it, or any terminal: to have its
 * console's output, to freeze its file systems, to shut them down. */
static const uint32_t host_requests[] = { TIOCSTI,  TIOCLINUX, TIOCCONS,
                                          FIFREEZE, FITHAW,    0x8004587d /* FS_IOC_SHUTDOWN */ };
/* Nothing but a look, and the two that only change what uname(2) says; others change how programs are loaded.
 */
static const uint32_t personalities[] = { PER_LINUX, PER_LINUX32, UNAME26, UNAME26 | PER_LINUX32,
                                          UINT32_MAX };
/* socketcall(2) has the family in memory, where no filter can read it, so it makes no socket and no pair at
 * all. */
static const uint32_t socketcall_makers[] = { 1, 8 };

#define ERRNO_ACTION(e) (SECCOMP_RET_ERRNO | (e))

static const struct {
    const char *name;
    SeccompTest test;
} tests[] = {
    { "clone",
      { CLONE_FLAGS_ARGUMENT, CLONE_NAMESPACES, no_flags, ELEMENTSOF(no_flags), SECCOMP_RET_ALLOW,
        ERRNO_ACTION(EPERM) } },
    { "ioctl",
      { 1, UINT32_MAX, host_requests, ELEMENTSOF(host_requests), ERRNO_ACTION(EPERM), SECCOMP_RET_ALLOW } },
    { "personality",
      { 0, UINT32_MAX, personalities, ELEMENTSOF(personalities), SECCOMP_RET_ALLOW, ERRNO_ACTION(EPERM) } },
    { "syslog", { 0, UINT32_MAX, NULL, 0, 0, ERRNO_ACTION(EPERM), NULL, NULL } },
    { "socketcall",
      { 0, UINT32_MAX, socketcall_makers, ELEMENTSOF(socketcall_makers), ERRNO_ACTION(ENOSYS),
        SECCOMP_RET_ALLOW } },
};

/* ----- Sockets ----- */

#define FAMILY_SET "@rkt/"
#define NAMED(name)                                                                                          \
    {                                                                                                        \
#name, name                                                                                          \
    }

/* Each family is code of its own in the kernel, most of it little used, and is loaded for any process that
 * asks. Some know no namespaces: the other end of AF_VSOCK is the hypervisor, or the host. A set "@rkt/AF_…"
 * adds one to these. */
static const uint32_t usual_families[] = { AF_UNIX, AF_INET, AF_INET6, AF_PACKET };
static const struct {
    const char *name;
    uint32_t number;
} families[] = {
    NAMED(AF_ALG),       NAMED(AF_APPLETALK), NAMED(AF_ATMPVC),  NAMED(AF_ATMSVC), NAMED(AF_AX25),
    NAMED(AF_BLUETOOTH), NAMED(AF_CAIF),      NAMED(AF_CAN),     NAMED(AF_IB),     NAMED(AF_IEEE802154),
    NAMED(AF_IPX),       NAMED(AF_ISDN),      NAMED(AF_IUCV),    NAMED(AF_KCM),    NAMED(AF_KEY),
    NAMED(AF_LLC),       NAMED(AF_MCTP),      NAMED(AF_MPLS),    NAMED(AF_NETROM), NAMED(AF_NFC),
    NAMED(AF_PHONET),    NAMED(AF_PPPOX),     NAMED(AF_QIPCRTR), NAMED(AF_RDS),    NAMED(AF_ROSE),
    NAMED(AF_RXRPC),     NAMED(AF_SMC),       NAMED(AF_TIPC),    NAMED(AF_VSOCK),  NAMED(AF_WANPIPE),
    NAMED(AF_X25),       NAMED(AF_XDP),
};

/* The same for the protocols of AF_NETLINK, "@rkt/NETLINK_…". These are bounded by the network namespace, and
 * ask for CAP_NET_ADMIN in it. The others reach the host: audit writes its log, connector and uevents tell
 * what it does. Refused as by a kernel that has none of it, which programs know. */
static const uint32_t usual_netlinks[] = { NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_XFRM, NETLINK_NETFILTER,
                                           NETLINK_GENERIC };
static const struct {
    const char *name;
    uint32_t number;
} netlinks[] = {
    NAMED(NETLINK_AUDIT),          NAMED(NETLINK_CONNECTOR),  NAMED(NETLINK_CRYPTO),
    NAMED(NETLINK_ECRYPTFS),       NAMED(NETLINK_FIB_LOOKUP), NAMED(NETLINK_ISCSI),
    NAMED(NETLINK_KOBJECT_UEVENT), NAMED(NETLINK_RDMA),       NAMED(NETLINK_SCSITRANSPORT),
    NAMED(NETLINK_SELINUX),        NAMED(NETLINK_SMC),        NAMED(NETLINK_USERSOCK),
};

typedef struct Sockets {
    uint32_t families[ELEMENTSOF(usual_families) + ELEMENTSOF(families)];
    uint32_t netlinks[ELEMENTSOF(usual_netlinks) + ELEMENTSOF(netlinks)];
    SeccompTest by_family, by_netlink, socket;
} Sockets;

static void sockets_init(Sockets *s)
{
    static const uint32_t netlink[] = { AF_NETLINK };

    memcpy(s->families, usual_families, sizeof(usual_families));
    memcpy(s->netlinks, usual_netlinks, sizeof(usual_netlinks));
    s->by_family = (SeccompTest){ .argument = 0,
                                  .mask = UINT32_MAX,
                                  .values = s->families,
                                  .n_values = ELEMENTSOF(usual_families),
                                  .equal = SECCOMP_RET_ALLOW,
                                  .otherwise = ERRNO_ACTION(EAFNOSUPPORT) };
    s->by_netlink = (SeccompTest){ .argument = 2,
                                   .mask = UINT32_MAX,
                                   .values = s->netlinks,
                                   .n_values = ELEMENTSOF(usual_netlinks),
                                   .equal = SECCOMP_RET_ALLOW,
                                   .otherwise = ERRNO_ACTION(EPROTONOSUPPORT) };
    s->socket = (SeccompTest){ .argument = 0,
                               .mask = UINT32_MAX,
                               .values = netlink,
                               .n_values = ELEMENTSOF(netlink),
                               .equal_test = &s->by_netlink,
                               .otherwise_test = &s->by_family };
}

static void add_value(SeccompTest *test, uint32_t *values, uint32_t value)
{
    for (size_t i = 0; i < test->n_values; i++)
        if (values[i] == value)
            return;
    values[test->n_values++] = value;
}

/* Whether the set is a family or a protocol, which is then one of those that socket(2) makes. */
static bool sockets_add(Sockets *s, const char *set)
{
    const char *name = startswith(set, FAMILY_SET);

    for (size_t i = 0; name && i < ELEMENTSOF(families); i++)
        if (streq(families[i].name, name)) {
            add_value(&s->by_family, s->families, families[i].number);
            return true;
        }
    for (size_t i = 0; name && i < ELEMENTSOF(netlinks); i++)
        if (streq(netlinks[i].name, name)) {
            add_value(&s->by_netlink, s->netlinks, netlinks[i].number);
            return true;
        }
    return false;
}

/* ----- Numbers ----- */

/* Calls that a libseccomp may be too old to know. From 424 on a number is the same on every architecture. */
static const struct {
    const char *name;
    int number;
    uint32_t only; /* an architecture, or 0 */
} young_calls[] = {
    { "uretprobe", 335, SCMP_ARCH_X86_64 },
    { "uprobe", 336, SCMP_ARCH_X86_64 },
    { "cachestat", 451, 0 },
    { "fchmodat2", 452, 0 },
    { "map_shadow_stack", 453, 0 },
    { "futex_wake", 454, 0 },
    { "futex_wait", 455, 0 },
    { "futex_requeue", 456, 0 },
    { "statmount", 457, 0 },
    { "listmount", 458, 0 },
    { "lsm_get_self_attr", 459, 0 },
    { "lsm_set_self_attr", 460, 0 },
    { "lsm_list_modules", 461, 0 },
    { "mseal", 462, 0 },
    { "setxattrat", 463, 0 },
    { "getxattrat", 464, 0 },
    { "listxattrat", 465, 0 },
    { "removexattrat", 466, 0 },
    { "open_tree_attr", 467, 0 },
    { "file_getattr", 468, 0 },
    { "file_setattr", 469, 0 },
};

/* The i386 ways to sockets and System V IPC: a call of its own (arch/x86/entry/syscalls/syscall_32.tbl), and
 * one behind socketcall(2) or ipc(2) (linux/net.h, linux/ipc.h). Both doors get the same verdict. */
typedef enum Multiplexer { MULTIPLEXER_SOCKETCALL, MULTIPLEXER_IPC, _MULTIPLEXER_MAX } Multiplexer;

static const struct {
    const char *name;
    uint32_t number;
    uint32_t mask; /* ipc(2) has a version in its upper half */
} multiplexers[_MULTIPLEXER_MAX] = {
    [MULTIPLEXER_SOCKETCALL] = { "socketcall", 102, UINT32_MAX },
    [MULTIPLEXER_IPC] = { "ipc", 117, 0xffff },
};

static const struct {
    const char *name;
    int direct; /* -1: none */
    Multiplexer multiplexer;
    uint32_t subcall;
} multiplexed_calls[] = {
    { "socket", 359, MULTIPLEXER_SOCKETCALL, 1 },
    { "bind", 361, MULTIPLEXER_SOCKETCALL, 2 },
    { "connect", 362, MULTIPLEXER_SOCKETCALL, 3 },
    { "listen", 363, MULTIPLEXER_SOCKETCALL, 4 },
    { "accept", -1, MULTIPLEXER_SOCKETCALL, 5 },
    { "getsockname", 367, MULTIPLEXER_SOCKETCALL, 6 },
    { "getpeername", 368, MULTIPLEXER_SOCKETCALL, 7 },
    { "socketpair", 360, MULTIPLEXER_SOCKETCALL, 8 },
    { "send", -1, MULTIPLEXER_SOCKETCALL, 9 },
    { "recv", -1, MULTIPLEXER_SOCKETCALL, 10 },
    { "sendto", 369, MULTIPLEXER_SOCKETCALL, 11 },
    { "recvfrom", 371, MULTIPLEXER_SOCKETCALL, 12 },
    { "shutdown", 373, MULTIPLEXER_SOCKETCALL, 13 },
    { "setsockopt", 366, MULTIPLEXER_SOCKETCALL, 14 },
    { "getsockopt", 365, MULTIPLEXER_SOCKETCALL, 15 },
    { "sendmsg", 370, MULTIPLEXER_SOCKETCALL, 16 },
    { "recvmsg", 372, MULTIPLEXER_SOCKETCALL, 17 },
    { "accept4", 364, MULTIPLEXER_SOCKETCALL, 18 },
    { "recvmmsg", 337, MULTIPLEXER_SOCKETCALL, 19 },
    { "sendmmsg", 345, MULTIPLEXER_SOCKETCALL, 20 },
    { "semop", -1, MULTIPLEXER_IPC, 1 },
    { "semget", 393, MULTIPLEXER_IPC, 2 },
    { "semctl", 394, MULTIPLEXER_IPC, 3 },
    { "semtimedop", -1, MULTIPLEXER_IPC, 4 },
    { "msgsnd", 400, MULTIPLEXER_IPC, 11 },
    { "msgrcv", 401, MULTIPLEXER_IPC, 12 },
    { "msgget", 399, MULTIPLEXER_IPC, 13 },
    { "msgctl", 402, MULTIPLEXER_IPC, 14 },
    { "shmat", 397, MULTIPLEXER_IPC, 21 },
    { "shmdt", 398, MULTIPLEXER_IPC, 22 },
    { "shmget", 395, MULTIPLEXER_IPC, 23 },
    { "shmctl", 396, MULTIPLEXER_IPC, 24 },
};

/* Negative: this architecture has no such call. */
static int number_of(uint32_t architecture, const char *name)
{
    int number = seccomp_syscall_resolve_name_arch(architecture, name);

    if (number >= 0)
        return number;
    for (size_t i = 0; i < ELEMENTSOF(young_calls); i++)
        if (streq(young_calls[i].name, name) &&
            (young_calls[i].only == 0 || young_calls[i].only == architecture))
            return young_calls[i].number;
    return -ENOENT;
}

static bool call_is_known(const char *name)
{
    if (seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR)
        return true;
    for (size_t i = 0; i < ELEMENTSOF(young_calls); i++)
        if (streq(young_calls[i].name, name))
            return true;
    return false;
}

/* ----- Sets to names ----- */

typedef struct Entry {
    char name[NAME_MAX_LENGTH];
    bool tested; /* allowed (in a retain-set) or refused (in a remove-set) by its test only */
    bool by_set; /* a set named it, not the user */
    bool eperm;  /* refused, but the app lives on */
} Entry;

typedef struct Entries {
    Entry *entries;
    size_t n;
} Entries;

static void entries_done(Entries *e)
{
    free(e->entries);
}

static int entries_add(Entries *e, const char *name, size_t length, bool by_set)
{
    Entry *entry;

    if (length >= NAME_MAX_LENGTH || e->n >= ENTRIES_MAX)
        return -E2BIG;
    entry = ARRAY_APPEND(e->entries, e->n);
    if (!entry)
        return -ENOMEM;
    entry->by_set = by_set;
    memcpy(entry->name, name, length);
    if (by_set && length > 0 && entry->name[length - 1] == '?') {
        entry->name[length - 1] = '\0';
        entry->tested = true;
    }
    return 0;
}

static int entries_add_members(Entries *e, const char *members)
{
    int r = 0;

    for (const char *p = members; r >= 0 && *p;) {
        size_t length = strcspn(p, " ");
        char set[NAME_MAX_LENGTH];

        if (*p == '@' && length < sizeof(set)) {
            memcpy(set, p, length);
            set[length] = '\0';
            r = entries_add_members(e, seccomp_set_members(set));
        } else if (length > 0)
            r = entries_add(e, p, length, true);
        p += length;
        p += strspn(p, " ");
    }
    return r;
}

typedef struct Policy {
    bool retain;
    uint32_t refusal; /* SECCOMP_RET_* */
    Entries entries;
    Sockets sockets;
} Policy;

static const SeccompTest *test_of(const Policy *policy, const char *name)
{
    if (streq(name, "socket"))
        return &policy->sockets.socket;
    if (streq(name, "socketpair"))
        return &policy->sockets.by_family;
    for (size_t i = 0; i < ELEMENTSOF(tests); i++)
        if (streq(tests[i].name, name))
            return &tests[i].test;
    return NULL;
}

/* The sets of the specification say something about the whole: all is *ret_all, empty adds nothing. */
static int policy_add_user(Policy *policy, char *const *set, bool bounded, bool *ret_all, Error *reterr)
{
    Entries *e = &policy->entries;

    STRV_FOREACH (name, set) {
        const char *members;
        int r;

        if (streq(*name, "@appc.io/all")) {
            *ret_all = true;
            continue;
        }
        if (streq(*name, "@appc.io/empty"))
            continue;
        if (!sockets_add(&policy->sockets, *name))
            members = **name == '@' ? seccomp_set_members(*name) : NULL;
        else if (policy->retain)
            members = "socket? socketpair?";
        else
            return error_set(reterr, -EINVAL, "\"%s\" can only be in a set of what is retained", *name);
        if (**name == '@' && !members)
            return error_set(reterr, -EINVAL, "unknown set of system calls \"%s\"", *name);
        if (!members && (strlen(*name) >= NAME_MAX_LENGTH || !call_is_known(*name)))
            return error_set(reterr, -EINVAL, "unknown system call \"%.*s\"", NAME_MAX_LENGTH, *name);
        r = members ? entries_add_members(e, members) : entries_add(e, *name, strlen(*name), false);
        if (r < 0)
            return error_set_errno(reterr, r, "cannot take the set of system calls \"%s\"", *name);
        if (!members && bounded && test_of(policy, *name))
            e->entries[e->n - 1].tested = true;
    }
    return 0;
}

/* ----- Names to ranges ----- */

typedef struct Rule {
    uint32_t number;
    unsigned rank; /* of several for one number the lowest counts: the user's word, the whole call, the tested
                      call, what is refused with EPERM */
    SeccompVerdict verdict;
} Rule;

typedef struct Layout {
    uint32_t architecture, youngest;
    Rule *rules;
    size_t n_rules;
    SeccompRange *ranges; /* sorted, the first at 0 */
    size_t n_ranges;
    struct {
        SeccompTest test;
        uint32_t subcalls[SUBCALLS_MAX];
        bool whole; /* the multiplexer itself was named */
    } multiplexed[_MULTIPLEXER_MAX];
} Layout;

static void layout_done(Layout *layout)
{
    free(layout->rules);
    free(layout->ranges);
}

static SeccompVerdict verdict_of(const Policy *policy, const Layout *layout, const Entry *entry,
                                 uint32_t number)
{
    const SeccompTest *test = entry->tested ? test_of(policy, entry->name) : NULL;

    if (test)
        return (SeccompVerdict){ .test = test };
    if (entry->eperm)
        return (SeccompVerdict){ .action = ERRNO_ACTION(EPERM) };
    if (policy->retain)
        return (SeccompVerdict){ .action = SECCOMP_RET_ALLOW };
    if (entry->by_set && number > layout->youngest)
        return (SeccompVerdict){ .action = ERRNO_ACTION(ENOSYS) };
    return (SeccompVerdict){ .action = policy->refusal };
}

static bool is_multiplexer(const char *name)
{
    for (size_t i = 0; i < _MULTIPLEXER_MAX; i++)
        if (streq(multiplexers[i].name, name))
            return true;
    return false;
}

static void layout_add_subcall(Layout *layout, const char *name)
{
    for (size_t i = 0; i < _MULTIPLEXER_MAX; i++)
        if (streq(multiplexers[i].name, name))
            layout->multiplexed[i].whole = true;
    for (size_t i = 0; i < ELEMENTSOF(multiplexed_calls); i++) {
        Multiplexer m = multiplexed_calls[i].multiplexer;
        SeccompTest *test = &layout->multiplexed[m].test;

        if (!streq(multiplexed_calls[i].name, name))
            continue;
        for (size_t j = 0; j < test->n_values; j++)
            if (test->values[j] == multiplexed_calls[i].subcall)
                return;
        layout->multiplexed[m].subcalls[test->n_values++] = multiplexed_calls[i].subcall;
        test->values = layout->multiplexed[m].subcalls;
    }
}

static int direct_number(uint32_t architecture, const char *name)
{
    if (architecture == SCMP_ARCH_X86)
        for (size_t i = 0; i < ELEMENTSOF(multiplexed_calls); i++)
            if (streq(multiplexed_calls[i].name, name))
                return multiplexed_calls[i].direct;
    return number_of(architecture, name);
}

static void layout_add_rule(Layout *layout, uint32_t number, unsigned rank, SeccompVerdict verdict)
{
    layout->rules[layout->n_rules++] = (Rule){ number, rank, verdict };
}

static int layout_collect(Layout *layout, const Policy *policy)
{
    const SeccompTest subcall_test = {
        .equal = policy->retain ? SECCOMP_RET_ALLOW : policy->refusal,
        .otherwise = policy->retain ? policy->refusal : SECCOMP_RET_ALLOW,
    };

    layout->rules = calloc(policy->entries.n + _MULTIPLEXER_MAX, sizeof(Rule));
    if (!layout->rules)
        return -ENOMEM;
    for (size_t i = 0; i < policy->entries.n; i++) {
        const Entry *entry = &policy->entries.entries[i];
        int number = direct_number(layout->architecture, entry->name);

        /* A multiplexer's own arguments are in memory: no test reads them. */
        if (layout->architecture == SCMP_ARCH_X86 && !entry->eperm &&
            (!entry->tested || !policy->retain || is_multiplexer(entry->name)))
            layout_add_subcall(layout, entry->name);
        if (number >= 0)
            layout_add_rule(layout, (uint32_t) number,
                            !entry->by_set  ? 0
                            : entry->eperm  ? 3
                            : entry->tested ? 2
                                            : 1,
                            verdict_of(policy, layout, entry, (uint32_t) number));
    }
    for (size_t i = 0; i < _MULTIPLEXER_MAX; i++) {
        SeccompTest *test = &layout->multiplexed[i].test;

        if (test->n_values == 0 || layout->multiplexed[i].whole)
            continue;
        test->mask = multiplexers[i].mask;
        test->equal = subcall_test.equal;
        test->otherwise = subcall_test.otherwise;
        layout_add_rule(layout, multiplexers[i].number, 1, (SeccompVerdict){ .test = test });
    }
    return 0;
}

static int compare_rules(const void *a, const void *b)
{
    const Rule *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static void add_range(Layout *layout, uint32_t first, SeccompVerdict verdict)
{
    const SeccompVerdict *last = layout->n_ranges > 0 ? &layout->ranges[layout->n_ranges - 1].verdict : NULL;

    if (!last || last->action != verdict.action || last->test != verdict.test)
        layout->ranges[layout->n_ranges++] = (SeccompRange){ first, verdict };
}

/* What no rule names, from first up to (not including) end. */
static void add_gap(Layout *layout, const Policy *policy, uint64_t first, uint64_t end)
{
    const struct {
        uint64_t first;
        uint32_t action;
    } ages[] = {
        { 0, policy->retain ? policy->refusal : SECCOMP_RET_ALLOW },
        { (uint64_t) layout->youngest + 1, policy->retain ? ERRNO_ACTION(ENOSYS) : SECCOMP_RET_ALLOW },
        { layout->architecture == SCMP_ARCH_X86_64 ? X32_BIT : UINT64_MAX, ERRNO_ACTION(ENOSYS) },
    };

    for (size_t i = 0; i < ELEMENTSOF(ages); i++) {
        uint64_t from = ages[i].first > first ? ages[i].first : first;
        uint64_t to = i + 1 < ELEMENTSOF(ages) && ages[i + 1].first < end ? ages[i + 1].first : end;

        if (from < to)
            add_range(layout, (uint32_t) from, (SeccompVerdict){ .action = ages[i].action });
    }
}

static int layout_fill(Layout *layout, const Policy *policy)
{
    uint64_t next = 0;
    int r;

    layout->youngest = (uint32_t) number_of(layout->architecture, YOUNGEST_IN_SETS);
    r = layout_collect(layout, policy);
    if (r < 0)
        return r;
    qsort(layout->rules, layout->n_rules, sizeof(Rule), compare_rules);
    layout->ranges = calloc(2 * layout->n_rules + 4, sizeof(SeccompRange));
    if (!layout->ranges)
        return -ENOMEM;
    for (size_t i = 0; i < layout->n_rules; i++) {
        const Rule *rule = &layout->rules[i];

        if (rule->number < next)
            continue;
        add_gap(layout, policy, next, rule->number);
        add_range(layout, rule->number, rule->verdict);
        next = (uint64_t) rule->number + 1;
    }
    add_gap(layout, policy, next, UINT64_C(1) << 32);
    return 0;
}

/* ----- Policies ----- */

static int parse_errno(const char *name)
{
    /* Names that libc gives another one for. */
    static const struct {
        const char *name;
        int number;
    } aliases[] = { { "ENOTSUP", ENOTSUP }, { "EWOULDBLOCK", EWOULDBLOCK }, { "EDEADLOCK", EDEADLOCK } };

    for (size_t i = 0; i < ELEMENTSOF(aliases); i++)
        if (streq(aliases[i].name, name))
            return aliases[i].number;
    for (int i = 1; i < 256; i++)
        if (streq_ptr(strerrorname_np(i), name))
            return i;
    return -EINVAL;
}

/* What a program can't be started or ended without, whatever is retained. */
#define ALWAYS_RETAINED "execve exit exit_group rt_sigreturn sigreturn restart_syscall"

static bool removes_execve(const Policy *policy)
{
    for (size_t i = 0; i < policy->entries.n; i++)
        if (streq(policy->entries.entries[i].name, "execve"))
            return true;
    return false;
}

/* What a set removes, or what no set retains. */
static int policy_answer_eperm(Policy *policy)
{
    Entries *e = &policy->entries, calls = { 0 };
    size_t n = e->n;
    int r = entries_add_members(policy->retain ? e : &calls, seccomp_calls_answered_eperm);

    for (size_t i = n; i < e->n; i++)
        e->entries[i].eperm = policy->retain;
    for (size_t i = 0; i < calls.n; i++)
        for (size_t k = 0; k < n; k++)
            if (e->entries[k].by_set && streq(e->entries[k].name, calls.entries[i].name))
                e->entries[k].eperm = true;
    entries_done(&calls);
    return r;
}

/* Whether a call is allowed by its name, without a test. */
static bool policy_allows(const Policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->entries.n; i++) {
        const Entry *entry = &policy->entries.entries[i];

        if (streq(entry->name, name))
            return policy->retain && !entry->tested && !entry->eperm;
    }
    return !policy->retain;
}

/* Returns 1, or 0 when no filter is wanted. */
static int policy_fill(Policy *policy, const SeccompPolicy *from, Error *reterr)
{
    bool all = false;
    int r;

    sockets_init(&policy->sockets);
    policy->retain = from->mode != SECCOMP_POLICY_REMOVE;
    policy->refusal = SECCOMP_RET_KILL_PROCESS;
    if (from->errno_name && *from->errno_name) {
        r = parse_errno(from->errno_name);
        if (r < 0)
            return error_set(reterr, r, "unknown errno \"%s\" for system calls that are refused",
                             from->errno_name);
        policy->refusal = ERRNO_ACTION((uint32_t) r);
    }
    if (from->mode != SECCOMP_POLICY_DEFAULT) {
        r = policy_add_user(policy, from->set, from->bounded && policy->retain, &all, reterr);
        if (r < 0)
            return r;
        if (all && policy->retain)
            return 0;
        if (all || (policy->retain && policy->entries.n == 0))
            return error_set(reterr, -EINVAL, "the seccomp isolator leaves no system call to the app");
        if (!policy->retain && removes_execve(policy))
            return error_set(reterr, -EINVAL,
                             "the seccomp isolator removes execve: the app could not be started");
    }
    if (policy->entries.n == 0) {
        policy->retain = true;
        r = entries_add_members(&policy->entries, "@rkt/default-whitelist");
        if (r < 0)
            return r;
    }
    r = policy->retain ? entries_add_members(&policy->entries, ALWAYS_RETAINED) : 0;
    if (r >= 0 && policy->refusal == SECCOMP_RET_KILL_PROCESS)
        r = policy_answer_eperm(policy);
    /* These two are made behind the filter by the program that has its refusals told. */
    if (r >= 0 && policy->refusal == SECCOMP_RET_KILL_PROCESS && policy_allows(policy, "sendmsg") &&
        policy_allows(policy, "close"))
        policy->refusal = SECCOMP_REFUSAL;
    return r < 0 ? r : 1;
}

int seccomp_policy_compile(const SeccompPolicy *from, struct sock_filter **ret, size_t *ret_n, Error *reterr)
{
    _cleanup_free_ struct sock_filter *program = NULL;
    SeccompArchitecture compiled[ELEMENTSOF(architectures)];
    Layout layouts[ELEMENTSOF(architectures)] = { 0 };
    Policy policy = { 0 };
    int r;

    r = policy_fill(&policy, from, reterr);
    for (size_t i = 0; r > 0 && i < ELEMENTSOF(architectures); i++) {
        layouts[i].architecture = architecture_number(architectures[i]);
        if (layout_fill(&layouts[i], &policy) < 0)
            r = -ENOMEM;
        compiled[i] =
                (SeccompArchitecture){ layouts[i].architecture, layouts[i].ranges, layouts[i].n_ranges };
    }
    if (r > 0) {
        program = calloc(BPF_MAXINSNS, sizeof(struct sock_filter));
        r = program ? seccomp_compile(compiled, ELEMENTSOF(compiled), program) : -ENOMEM;
    }
    if (r >= 0) {
        *ret = TAKE_PTR(program);
        *ret_n = (size_t) r;
        r = 0;
    }
    for (size_t i = 0; i < ELEMENTSOF(architectures); i++)
        layout_done(&layouts[i]);
    entries_done(&policy.entries);
    return r;
}

int seccomp_policy_check(const SeccompPolicy *from, Error *reterr)
{
    Policy policy = { 0 };
    int r = policy_fill(&policy, from, reterr);

    entries_done(&policy.entries);
    return r < 0 ? r : 0;
}

/* ----- Beyond the default ----- */

enum { ARGUMENTS = 6, SAMPLES_MAX = 128 };

/* arguments are masked already. */
static bool verdict_allows(SeccompVerdict verdict, const uint32_t arguments[static ARGUMENTS])
{
    while (verdict.test) {
        const SeccompTest *test = verdict.test;
        bool equal = false;

        for (size_t i = 0; i < test->n_values; i++)
            equal = equal || test->values[i] == arguments[test->argument];
        verdict = equal ? (SeccompVerdict){ test->equal, test->equal_test }
                        : (SeccompVerdict){ test->otherwise, test->otherwise_test };
    }
    return verdict.action == SECCOMP_RET_ALLOW;
}

/* What is known of the arguments: the values that tests name, and one that none does, for all others. */
typedef struct Samples {
    uint32_t masks[ARGUMENTS]; /* 0: not tested */
    uint32_t values[SAMPLES_MAX];
    size_t n;
    bool failed; /* there are more, or one argument has two masks */
} Samples;

static void samples_add(Samples *samples, const SeccompTest *test)
{
    uint32_t *mask;

    if (!test)
        return;
    mask = &samples->masks[test->argument];
    if ((*mask != 0 && *mask != test->mask) || samples->n + test->n_values >= SAMPLES_MAX) {
        samples->failed = true;
        return;
    }
    *mask = test->mask;
    for (size_t i = 0; i < test->n_values; i++)
        samples->values[samples->n++] = test->values[i];
    samples_add(samples, test->equal_test);
    samples_add(samples, test->otherwise_test);
}

static void samples_add_other(Samples *samples)
{
    uint32_t other = 0;

    for (size_t i = 0; i < samples->n; i++)
        if (samples->values[i] >= other && samples->values[i] != UINT32_MAX)
            other = samples->values[i] + 1;
    samples->values[samples->n++] = other;
}

/* Tries each sample for each argument from this one on. */
static bool some_exceed(const SeccompVerdict *verdict, const SeccompVerdict *usual, const Samples *samples,
                        uint32_t arguments[static ARGUMENTS], size_t argument)
{
    if (argument == ARGUMENTS)
        return verdict_allows(*verdict, arguments) && !verdict_allows(*usual, arguments);
    if (samples->masks[argument] == 0)
        return some_exceed(verdict, usual, samples, arguments, argument + 1);
    for (size_t i = 0; i < samples->n; i++) {
        arguments[argument] = samples->values[i];
        if (some_exceed(verdict, usual, samples, arguments, argument + 1))
            return true;
    }
    return false;
}

static bool verdict_exceeds(const SeccompVerdict *verdict, const SeccompVerdict *usual)
{
    uint32_t arguments[ARGUMENTS] = { 0 };
    Samples samples = { 0 };

    if (verdict->test == usual->test && verdict->test)
        return false;
    samples_add(&samples, verdict->test);
    samples_add(&samples, usual->test);
    if (samples.failed)
        return true;
    samples_add_other(&samples);
    return some_exceed(verdict, usual, &samples, arguments, 0);
}

/* Both lists of ranges begin at 0. */
static bool layout_exceeds(const Layout *layout, const Layout *usual)
{
    size_t i = 0, j = 0;

    for (;;) {
        uint64_t next = i + 1 < layout->n_ranges ? layout->ranges[i + 1].first : UINT64_MAX;
        uint64_t next_usual = j + 1 < usual->n_ranges ? usual->ranges[j + 1].first : UINT64_MAX;

        if (verdict_exceeds(&layout->ranges[i].verdict, &usual->ranges[j].verdict))
            return true;
        if (next == UINT64_MAX && next_usual == UINT64_MAX)
            return false;
        i += next <= next_usual;
        j += next_usual <= next;
    }
}

static int architecture_exceeds(uint32_t architecture, const Policy *policy, const Policy *usual)
{
    Layout layout = { .architecture = architecture_number(architecture) }, usual_layout = layout;
    int r = layout_fill(&layout, policy);

    if (r >= 0)
        r = layout_fill(&usual_layout, usual);
    if (r >= 0)
        r = layout_exceeds(&layout, &usual_layout);
    layout_done(&layout);
    layout_done(&usual_layout);
    return r;
}

int seccomp_policy_exceeds_default(const SeccompPolicy *from, Error *reterr)
{
    Policy policy = { 0 }, usual = { 0 };
    int r = policy_fill(&policy, from, reterr);

    if (r == 0)
        return 1; /* it wants no filter at all */
    if (r > 0)
        r = policy_fill(&usual, &(SeccompPolicy){ .mode = SECCOMP_POLICY_DEFAULT }, reterr);
    if (r > 0)
        r = 0;
    for (size_t i = 0; r == 0 && i < ELEMENTSOF(architectures); i++)
        r = architecture_exceeds(architectures[i], &policy, &usual);
    entries_done(&policy.entries);
    entries_done(&usual.entries);
    return r;
}

int seccomp_policy_write(const SeccompPolicy *policy, int dir, const char *name, Error *reterr)
{
    _cleanup_free_ struct sock_filter *program = NULL;
    size_t n;
    int r;

    r = seccomp_policy_compile(policy, &program, &n, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "cannot make the seccomp filter");
    if (n == 0)
        return 0;
    r = write_file_at(dir, name, program, n * sizeof(struct sock_filter), 0600, 0);
    return r < 0 ? error_set_errno(reterr, r, "cannot write the seccomp filter") : 1;
}
