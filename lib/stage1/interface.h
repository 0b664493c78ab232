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
