/* SPDX-License-Identifier: Apache-2.0 */
/* A pod's plan: everything that could be decided when the pod was prepared, so that starting it is system
 * calls only. rkt-prepare writes it into the pod's directory, our stage1 flavours read it, without JSON. A
 * foreign stage1 uses `pod` (the pod manifest) instead.
 *
 * It is one file of records (base/record.h) of what concerns the whole pod, `plan`, and one for each app,
 * `appsinfo/APP/plan`: so the rename of a directory adds an app. It is trusted: only root writes beneath a
 * pod's directory. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "sandbox/cgroup.h"

enum { PLAN_SIZE_MAX = 4 * 1024 * 1024 }; /* of one file */

/* What an app's root is made of. A further kind is a word here and a case in stage1/app-root.c. */
typedef enum PlanRootKind {
    PLAN_ROOT_NONE,    /* not decided yet; never in a plan on the disk */
    PLAN_ROOT_OVERLAY, /* layers, and over them what the app writes */
    PLAN_ROOT_COPY,    /* a directory of the app's own */
} PlanRootKind;

typedef struct PlanRoot {
    PlanRootKind kind;
    char **layers;      /* OVERLAY: absolute paths of directories, the topmost first */
    char *upper, *work; /* OVERLAY: beneath the pod's directory */
    char *copy;         /* COPY: likewise */
} PlanRoot;

/* Where a mount's source is. */
typedef enum PlanMountKind {
    PLAN_MOUNT_HOST,  /* an absolute path of the host */
    PLAN_MOUNT_EMPTY, /* sharedVolumes/<source>, beneath the pod's directory */
} PlanMountKind;

/* Whether what is mounted below the source comes with it. */
typedef enum PlanRecursive {
    PLAN_RECURSIVE_DEFAULT, /* as the flavour does */
    PLAN_RECURSIVE_NO,
    PLAN_RECURSIVE_YES,
} PlanRecursive;

typedef struct PlanMount {
    PlanMountKind kind;
    bool read_only;
    bool device; /* of the host: the source was a device when the pod was prepared */
    PlanRecursive recursive;
    char *source;
    char *target; /* inside the app's root; resolved there when it is mounted */
} PlanMount;

/* A port on which the app takes over a socket that systemd listens on. */
typedef struct PlanSocket {
    char *name;           /* the port's */
    char *protocol;       /* "tcp" or "udp" */
    uint64_t port, count; /* of the host */
} PlanSocket;

/* What an app's standard descriptor is. */
typedef enum PlanStdio {
    PLAN_STDIO_DEFAULT,
    PLAN_STDIO_NULL,
    PLAN_STDIO_TTY,
    PLAN_STDIO_LOG,
    PLAN_STDIO_STREAM,
} PlanStdio;

typedef struct PlanApp {
    char *name;                    /* its directory's */
    unsigned position;             /* apps are in this order */
    char **exec;                   /* argv, the program not yet looked up */
    char **pre_start, **post_stop; /* NULL: none */
    char **environment;
    char **credentials; /* names; what they hold is read at each start, and stands nowhere */
    char *working_directory;
    PlanRoot root;
    uid_t uid;
    gid_t gid;
    gid_t *groups;
    size_t n_groups;
    uint64_t capabilities; /* the bounding set; a root app has them all effective */
    char *filter;          /* path beneath the pod's directory of a seccomp program; NULL: none */
    bool no_new_privileges, read_only_rootfs;
    bool notify, watchdog; /* it says READY=1; it says WATCHDOG=1 */
    bool init;             /* it runs to its end, before all that follow start */
    bool journal_native;   /* it speaks journald's native protocol */
    PlanStdio stdin_mode, stdout_mode, stderr_mode;
    int stop_signal;          /* 0: SIGTERM */
    int reload_signal;        /* 0: it can't reload */
    uint64_t stop_timeout_ns; /* 0: 10 s */
    bool has_oom_score_adj;
    int oom_score_adj;
    CgroupLimits limits; /* what the user said: an error where it can't be kept */
    CgroupLimits wishes; /* the same of the image's: a warning */
    PlanMount *mounts;   /* in the order they are to be made */
    size_t n_mounts;
    PlanSocket *sockets;
    size_t n_sockets;
} PlanApp;

typedef struct Plan {
    char *unit;             /* the declared pod's unit, or NULL */
    char *writable_sources; /* absolute path of the record of all that apps could ever write to */
    PlanApp *apps;
    size_t n_apps;
} Plan;

/* NULL is fine. */
void plan_free(Plan *plan);
DEFINE_CLEANUP_FUNC(Plan *, plan_free)

/* *ret is the plan's. -ENOENT: the pod has no such app. */
int plan_find_app(const Plan *plan, const char *name, const PlanApp **ret, Error *reterr);

/* Writes the plan into a pod's directory, in which each app has its directory (not synced: the pod's rename
 * decides whether it counts). -E2BIG: a file would be too large. */
int plan_write(const Plan *plan, int pod_dir, Error *reterr);

/* Has at least one app. -EPROTONOSUPPORT: it is another version's; -ENOENT: there is none;
 * -ENODATA: a file of it is empty, or an app's is missing, as after a power cut; -EBADMSG: damaged otherwise.
 */
int plan_read(int pod_dir, Plan **ret, Error *reterr);
