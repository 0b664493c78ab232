/* SPDX-License-Identifier: Apache-2.0 */
/* The stage1 interface: what stage0 (`rkt run-prepared`, `enter`, `stop`, `gc`) and a stage1 agree on. It is
 * the original's (stage1 implementor's guide, versions 1 to 6); what only our own flavours know is marked so.
 */
#pragma once

/* Entrypoints, as annotations of the stage1's image manifest; values are paths below its root file system. A
 * process is started with the pod's directory as working directory. */
#define STAGE1_ANNOTATION_RUN "coreos.com/rkt/stage1/run"
#define STAGE1_ANNOTATION_ENTER "coreos.com/rkt/stage1/enter"
#define STAGE1_ANNOTATION_GC "coreos.com/rkt/stage1/gc"
#define STAGE1_ANNOTATION_STOP "coreos.com/rkt/stage1/stop"
#define STAGE1_ANNOTATION_INTERFACE_VERSION "coreos.com/rkt/stage1/interface-version"

/* The descriptor that holds the pod's lock; run must keep it open as long as the pod runs. */
#define STAGE1_ENV_LOCK_FD "RKT_LOCK_FD"

/* Ours: the name in machined, without it rkt-<uuid>; "pod" or "host" (see Journal= in rkt.pod(5)), default
 * "pod" with systemd, none without. */
#define STAGE1_ENV_MACHINE_NAME "RKT_MACHINE_NAME"
#define STAGE1_ENV_JOURNAL "RKT_JOURNAL"

/* Beneath the pod's directory. */
#define STAGE1_ROOTFS "stage1/rootfs"
#define STAGE1_PID "pid" /* the pod's init, decimal, in the host's pid namespace */
#define STAGE1_SUBCGROUP                                                                                     \
    "subcgroup" /* path of the pod's cgroup in the cgroup2 tree, where no unit of systemd ends it */
#define STAGE1_STATUS STAGE1_ROOTFS "/rkt/status"
#define STAGE1_SUPERVISOR_STATUS STAGE1_ROOTFS "/rkt/supervisor-status" /* a symlink to "ready" */
