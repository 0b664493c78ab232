/* SPDX-License-Identifier: Apache-2.0 */
/* Every on-disk name of pods: beneath the data directory, and beneath a pod's own. The names are the
 * original's but for those marked so; what stage1 writes is named in stage1/interface.h. */
#pragma once

/* Beneath the data directory. */
#define LAYOUT_PODS "pods"
#define LAYOUT_LOCKS "locks"
#define LAYOUT_WRITABLE_SOURCES "writable-sources" /* ours: see sandbox/writable-sources.h */
#define LAYOUT_PREPARE_LOCK LAYOUT_LOCKS "/prepareLock" /* shared: prepare; exclusive: image gc */

/* Beneath a pod's directory. */
#define POD_MANIFEST "pod"
#define POD_SUMMARY "summary"     /* ours: a link, what a list shows of the pod, see pod/pod-summary.h */
#define POD_CREATED "pod-created" /* its mtime is when the pod was created */
#define POD_LOCK_FILE "pod.lck"   /* of the original's; the lock is taken on the directory itself */
#define POD_APPSINFO "appsinfo"   /* appsinfo/APP/{manifest,treeStoreID} */
#define POD_APP_MANIFEST "manifest"
#define POD_APP_TREE_ID "treeStoreID"
#define POD_STAGE1 "stage1" /* stage1/{manifest,rootfs} */
#define POD_STAGE1_MANIFEST POD_STAGE1 "/manifest"
#define POD_STAGE1_ROOTFS POD_STAGE1 "/rootfs"
#define POD_STAGE1_ENTRYPOINTS POD_STAGE1 "/entrypoints" /* ours: a link, see pod/stage1-entrypoints.h */
#define POD_STAGE1_TREE_ID "stage1TreeStoreID"
#define POD_OVERLAY "overlay" /* overlay/<tree>/{upper,work}/APP */
#define POD_OVERLAY_PREPARED "overlay-prepared"
#define POD_SHARED_VOLUMES "sharedVolumes"
#define POD_NET_INFO "net-info.json"
#define POD_NETNS "netns" /* of the original's: the path of its network namespace */
#define POD_PPID "ppid"   /* the parent of the pod's init (foreign stage1) */
#define POD_STAGE2                                                                                           \
    POD_STAGE1_ROOTFS "/opt/stage2" /* opt/stage2/APP/rootfs: an app's root where there is no overlay */
#define POD_APP_ROOTFS "rootfs"
#define POD_UNIT "unit" /* ours: a link whose target is the unit that the pod was prepared for */

/* Annotations of the pod manifest. */
#define POD_ANNOTATION_MUTABLE "coreos.com/rkt/stage1/mutable"
#define POD_ANNOTATION_UNIT "coreos.com/rkt/unit" /* ours */

enum { POD_MANIFEST_SIZE_MAX = 4 * 1024 * 1024 };
