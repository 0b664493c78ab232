/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that depend on their arguments: which uses are allowed, and which sockets can be made. */

#include "seccomp-internal.h"

#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>

/* ----- Calls with a test ----- */

#if defined(__s390x__)
enum { CLONE_FLAGS_ARGUMENT = 1 };
#else
enum { CLONE_FLAGS_ARGUMENT = 0 };
#endif

#define CLONE_NAMESPACES                                                                                     \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |            \
     CLONE_NEWNET)

static const uint32_t no_flags[] = { 0 };
/* Typing input into a terminal, which would allow escaping from a container whose terminal is shared. And
 * calls that CAP_SYS_ADMIN allows on the host through any of its files or terminals: redirecting its
 * console's output, freezing and shutting down its file systems. */
static const uint32_t host_requests[] = { TIOCSTI,  TIOCLINUX, TIOCCONS,
                                          FIFREEZE, FITHAW,    0x8004587d /* FS_IOC_SHUTDOWN */ };
/* Only queries, and the two flags that only change the answer of uname(2). Others change how programs are
 * loaded. */
static const uint32_t personalities[] = { PER_LINUX, PER_LINUX32, UNAME26, UNAME26 | PER_LINUX32,
                                          UINT32_MAX };
/* socketcall(2) has the family in memory, which a filter cannot read. So it makes no sockets and no pairs
 * at all. */
static const uint32_t socketcall_makers[] = { 1, 8 };

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

/* Each family has its own code in the kernel, most of it rarely used, and loaded for any process that asks.
 * Some ignore namespaces: the other end of AF_VSOCK is the hypervisor or the host. A set "@rkt/AF_…" adds
 * one to these. */
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

/* The same for the protocols of AF_NETLINK, "@rkt/NETLINK_…". These are limited by the network namespace,
 * and need CAP_NET_ADMIN in it. The others reach the host: audit writes its log, connector and uevents show
 * what it does. They are refused as by a kernel without them, which programs expect. */
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

_Static_assert(ELEMENTSOF(usual_families) + ELEMENTSOF(families) <= FAMILIES_MAX &&
                       ELEMENTSOF(usual_netlinks) + ELEMENTSOF(netlinks) <= NETLINKS_MAX,
               "more than there is room for");

void seccomp_sockets_init(Sockets *s)
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

bool seccomp_sockets_add(Sockets *s, const char *set)
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

const SeccompTest *seccomp_test_of(const Sockets *sockets, const char *name)
{
    if (streq(name, "socket"))
        return &sockets->socket;
    if (streq(name, "socketpair"))
        return &sockets->by_family;
    for (size_t i = 0; i < ELEMENTSOF(tests); i++)
        if (streq(tests[i].name, name))
            return &tests[i].test;
    return NULL;
}
