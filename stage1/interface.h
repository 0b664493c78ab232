/* SPDX-License-Identifier: Apache-2.0 */
/* The stage1 interface: what stage0 (`rkt run-prepared`, `enter`, `stop`, `gc`) and a stage1 agree on. It is
 * the original's (stage1 implementor's guide, versions 1 to 6); what only our own flavours know is marked so.
 */
#pragma once

#include <stdint.h>

/* Entrypoints, as annotations of the stage1's image manifest; values are paths below its root file system. A
 * process is started with the pod's directory as working directory. */
#define STAGE1_ANNOTATION_RUN "coreos.com/rkt/stage1/run"
#define STAGE1_ANNOTATION_ENTER "coreos.com/rkt/stage1/enter"
#define STAGE1_ANNOTATION_GC "coreos.com/rkt/stage1/gc"
#define STAGE1_ANNOTATION_STOP "coreos.com/rkt/stage1/stop"
#define STAGE1_ANNOTATION_INTERFACE_VERSION "coreos.com/rkt/stage1/interface-version"

/* Ours: the flavour reads the pod's plan and makes the apps' roots itself. For any other stage1 each app's
 * root stands in opt/stage2/APP/rootfs, beside its image's manifest. */
#define STAGE1_ANNOTATION_PLAN "coreos.com/rkt/stage1/plan"

/* The version of the interface (an image without the annotation: 1) that brought a flag of `run`, or of gc.
 */
enum {
    STAGE1_SINCE_HOSTNAME = 2,
    STAGE1_SINCE_DISABLE = 3, /* --disable-{capabilities-restriction,paths,seccomp} */
    STAGE1_SINCE_DNS_CONF_MODE = 4,
    STAGE1_SINCE_MUTABLE = 5,
    STAGE1_SINCE_GC_LOCAL_CONFIG = 5,
    STAGE1_SINCE_IPC = 6,
};

/* How long the entrypoints gc and stop may take until they are killed. */
enum { STAGE1_TIMEOUT_S = 30 };
#define STAGE1_TIMEOUT_NS (STAGE1_TIMEOUT_S * INT64_C(1000000000))

/* The descriptor that holds the pod's lock; run must keep it open as long as the pod runs. */
#define STAGE1_ENV_LOCK_FD "RKT_LOCK_FD"

/* Ours: the name in machined, without it rkt-<uuid>; "pod" or "host" (see Journal= in rkt.pod(5)), default
 * "pod" with systemd, none without; the most bytes of a journal of the pod's own; how many lines each
 * app may say in how many microseconds, either 0: any number, default 10000 in 30 s. */
#define STAGE1_ENV_MACHINE_NAME "RKT_MACHINE_NAME"
#define STAGE1_ENV_JOURNAL "RKT_JOURNAL"
#define STAGE1_ENV_JOURNAL_MAX_USE "RKT_JOURNAL_MAX_USE"
#define STAGE1_ENV_LINE_BURST "RKT_LOG_RATE_LIMIT_BURST"
#define STAGE1_ENV_LINE_INTERVAL "RKT_LOG_RATE_LIMIT_INTERVAL_USEC"

/* Beneath the pod's directory. */
#define STAGE1_ROOTFS "stage1/rootfs"
#define STAGE1_PID "pid"   /* the pod's init, decimal, in the host's pid namespace */
#define STAGE1_PGID "pgid" /* of a stage1 whose app is `pid` itself: its process group */
/* Ours, links that lead nowhere (base/process.h): the process `pid` and when it was started; and, of a stage1
 * without an init, the mounts of its app, by which processes are found that the app leaves behind. */
#define STAGE1_PROCESS "process"
#define STAGE1_MOUNTS "mounts"
#define STAGE1_SUBCGROUP                                                                                     \
    "subcgroup" /* path of the pod's cgroup in the cgroup2 tree, where no unit of systemd ends it */
#define STAGE1_SHARED STAGE1_ROOTFS "/rkt"    /* what a pod's init may write */
#define STAGE1_STATUS STAGE1_SHARED "/status" /* status/APP: the app's exit status */
/* Behind APP: there for their times. Ours: the original's are "-created" and "-started", which are also the
 * ends of other apps' names; no name has a dot. */
#define STAGE1_STATUS_CREATED ".created"
#define STAGE1_STATUS_STARTED ".started"
#define STAGE1_STATUS_REFUSED ".refused"                            /* says what its filter refused */
#define STAGE1_SUPERVISOR_STATUS STAGE1_SHARED "/supervisor-status" /* a symlink to "ready" */
#define STAGE1_RELOADS                                                                                       \
    STAGE1_SHARED "/reloads" /* ours: a link whose target counts the reloads that are over */
/* What stage0 made for all apps, where --dns-conf-mode= says stage0. */
#define STAGE1_RESOLV_CONF STAGE1_ROOTFS "/etc/rkt-resolv.conf"
#define STAGE1_HOSTS STAGE1_ROOTFS "/etc/rkt-hosts"
/* A pod's /etc/hosts, which stage0 continues when it is asked to; %s is the UUID. */
#define STAGE1_DEFAULT_HOSTS                                                                                 \
    "# This is the default rkt /etc/hosts\n"                                                                 \
    "127.0.0.1 localhost localhost.domain localhost4 localhost4.localdomain4 rkt-%s\n"                       \
    "\n"                                                                                                     \
    "::1 ip6-localhost ip6-loopback localhost6 localhost6.localdomain6\n"                                    \
    "fe00::0 ip6-localnet\n"                                                                                 \
    "ff00::0 ip6-mcastprefix\n"                                                                              \
    "ff02::1 ip6-allnodes\n"                                                                                 \
    "::2 ip6-allrouters\n"                                                                                   \
    "::3 ip6-allhosts\n"

/* In an app's root; ours. */
#define STAGE1_CREDENTIALS_PATH "/run/credentials"
