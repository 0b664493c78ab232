/* SPDX-License-Identifier: Apache-2.0 */
/* Every on-disk name of pods: beneath the data directory, beneath a pod's own, and in an app's root. The
 * names are the original's but for those marked so. */
#pragma once

/* Beneath the data directory. */
#define LAYOUT_PODS "pods"
#define LAYOUT_LOCKS "locks"
#define LAYOUT_WRITABLE_SOURCES "writable-sources"      /* ours: see sandbox/writable-sources.h */
#define LAYOUT_PREPARE_LOCK LAYOUT_LOCKS "/prepareLock" /* shared: prepare; exclusive: image gc */

/* Beneath a pod's directory. */
#define POD_MANIFEST "pod"
#define POD_SUMMARY "summary"     /* ours: a link, what a list shows of the pod, see pod/pod-summary.h */
#define POD_CREATED "pod-created" /* its mtime is when the pod was created */
#define POD_LOCK_FILE "pod.lck"   /* of the original's; the lock is taken on the directory itself */
#define POD_PLAN "plan"           /* ours: see stage1/plan.h */
#define POD_APPSINFO "appsinfo"   /* appsinfo/APP/{manifest,treeStoreID}, and ours: {plan,filter} */
#define POD_APP_MANIFEST "manifest"
#define POD_APP_TREE_ID "treeStoreID"
#define POD_APP_PLAN "plan"     /* see stage1/plan.h */
#define POD_APP_FILTER "filter" /* its seccomp program (struct sock_filter[]) */
#define POD_STAGE1 "stage1"     /* stage1/{manifest,rootfs} */
#define POD_STAGE1_MANIFEST POD_STAGE1 "/manifest"
#define STAGE1_ROOTFS POD_STAGE1 "/rootfs"
#define POD_STAGE1_ENTRYPOINTS POD_STAGE1 "/entrypoints" /* ours: a link, see pod/stage1-entrypoints.h */
#define POD_STAGE1_TREE_ID "stage1TreeStoreID"
#define POD_OVERLAY "overlay" /* overlay/<tree>/{upper,work}/APP */
#define POD_OVERLAY_PREPARED "overlay-prepared"
#define POD_SHARED_VOLUMES "sharedVolumes"
#define POD_NET_INFO "net-info.json"
#define POD_NETNS "netns" /* of the original's: the path of its network namespace */
#define POD_PPID "ppid"   /* the parent of the pod's init (foreign stage1) */
#define POD_STAGE2                                                                                           \
    STAGE1_ROOTFS "/opt/stage2" /* opt/stage2/APP/rootfs: an app's root where there is no overlay */
#define POD_APP_ROOTFS "rootfs"
#define POD_UNIT "unit" /* ours: a link whose target is the unit that the pod was prepared for */

/* What a stage1 writes, beneath the pod's directory, too. */
#define STAGE1_PID "pid"   /* the pod's init, decimal, in the host's pid namespace */
#define STAGE1_PGID "pgid" /* of a stage1 whose app is `pid` itself: its process group */
/* Ours, links that lead nowhere (base/process.h): the process `pid` and when it was started; and, of a stage1
 * without an init, the mounts of its app, by which processes are found that the app leaves behind. */
#define STAGE1_PROCESS "process"
#define STAGE1_MOUNTS "mounts"
#define STAGE1_RUNNING "running" /* ours: a link, see stage1/running.h */
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
/* In an app's root; ours. */
#define STAGE1_CREDENTIALS_PATH "/run/credentials"

/* Annotations of the pod manifest. */
#define POD_ANNOTATION_MUTABLE "coreos.com/rkt/stage1/mutable"
#define POD_ANNOTATION_UNIT "coreos.com/rkt/unit" /* ours */

enum { POD_MANIFEST_SIZE_MAX = 4 * 1024 * 1024 };
