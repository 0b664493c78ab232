/* SPDX-License-Identifier: Apache-2.0 */
/* The flavour `host`: what its parts share. run.c gathers on the host's side all that a pod needs, as
 * descriptors; init.c is the pod's PID 1, which only attaches, starts, watches and ends. Nothing here
 * outlives one pod. */
#pragma once

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "app-entries.h"
#include "app-log.h"
#include "carrier.h"
#include "base/error.h"
#include "stage1/plan.h"
#include "receive.h"
#include "refusals.h"
#include "sockets.h"

struct sock_filter;

/* Exit statuses of the pod's init beside its apps' own. */
enum {
    POD_EXIT_FAILURE = 254,  /* the pod could not be set up */
    POD_EXIT_POWEROFF = 132, /* a declared pod asked to power off, which Restart= must not undo; see
                                RestartPreventExitStatus= of its unit */
    POD_EXIT_REBOOT = 133,   /* asked to reboot; see RestartForceExitStatus= of a declared pod's unit */
    APP_EXIT_EXEC = 203,     /* an app's program could not be run (as systemd's EXIT_EXEC) */
};

/* Where the pod's processes live. */
typedef enum CgroupHome {
    CGROUP_HOME_DELEGATED, /* our unit's cgroup is ours: one sub-cgroup for the init, one for each app */
    CGROUP_HOME_UNIT,      /* a unit without Delegate=: no sub-cgroups */
    CGROUP_HOME_SCOPE,     /* a login session or the like: systemd makes a delegated scope around the init */
    CGROUP_HOME_BARE,      /* no systemd: rkt-<uuid> below our own cgroup */
} CgroupHome;

/* An app on its way from the host's side into the pod. Descriptors are closed in the init once they are used.
 */
typedef struct HostApp {
    const PlanApp *plan; /* not owned */
    int rootfs;          /* detached mount of the app's root */
    int *volumes;        /* detached mounts, one for each of plan->mounts */
    int devices;         /* detached tmpfs, the app's /dev */
    int credentials;     /* detached ramfs; -EBADF: it has none */
    int console;         /* where what it says is read: the FIFO that is its /dev/console */
    int null;            /* its /dev/null, opened before the app could put something else there */
    Receiver receiver;   /* hears what it sends: READY=1, WATCHDOG=1, lines of syslog(3) */
    AppEntries entries;  /* what of that goes to the journal */
    int output, errors;  /* descriptors 1, that FIFO's other end, and 2, a pipe; -EBADF: the same as 1 */
    int errors_end;      /* where that pipe is read */
    int carried[2]; /* the pipes into which what it says is moved, and what of it are errors: where they are
                       written */
    Carrier carriers[2];  /* do that, in the init */
    bool carrier_renewed; /* one of them was started again, which was said */
    int stdio[3];         /* the program's instead, in an interactive pod; else -EBADF */
    int terminals;        /* detached devpts with the program's terminal; -EBADF: it has none */
    bool has_terminal;    /* stdio is one, at least standard input */
    AppSockets sockets;
    struct sock_filter *filter;
    size_t n_filter;
    Refusals refusals; /* what that refused */

    int cgroup;       /* -EBADF: shares the pod's */
    int namespace_fd; /* its mount namespace, for what runs in it later */
    int report;       /* how its start went; closed by a successful exec */
    int go;           /* lets it go, while it is held */
    bool confined, let_go;
    pid_t pid; /* of what runs now, 0: nothing */
    enum { APP_WAITING, APP_PRE_START, APP_RUNNING, APP_POST_STOP, APP_DONE } stage;
    int64_t tell_failure_ns; /* when it is said that it failed, at the latest (CLOCK_MONOTONIC); 0: not to be
                                said */
    int64_t deadline_ns; /* when it is killed, if it does not stop (CLOCK_MONOTONIC); 0: it was not told to */
    bool executed, ready, killed, failed; /* failed: the pod ends with its status */
    int status;
    int signal; /* that ended it, or 0 */

    /* What its service manager hears of it; see service.c. */
    enum { APP_RELOAD_NONE, APP_RELOAD_ASKED, APP_RELOADING } reload;
    bool pinged, aborted; /* WATCHDOG=1 since the last one we sent; SIGABRT for not having said it */
    char *status_text;    /* its own STATUS=; NULL: none */

    LineBudget budget; /* of what it says, whichever way; the init's and the foreground process' are two */
    AppLog log;        /* of a service's app */
} HostApp;

typedef struct Host {
    const char *uuid, *hostname, *machine_name,
            *journal_namespace, /* not owned; journal_namespace NULL: none of its own */
            *journal_max_use;   /* in bytes; NULL: what rkt-register takes */
    bool debug, interactive, network_none, share_ipc, no_capabilities, no_paths, no_seccomp;
    const char *resolv_mode, *hosts_mode;
    char *command_line; /* where the kernel reads ours, as long as nothing else of it is used */
    size_t command_line_size;

    Plan *plan;
    HostApp *apps; /* plan->n_apps */
    int pod_dir;   /* the lock; a detached, read-only copy of the pod's directory */
    CgroupHome home;
    char *cgroup_path; /* our own cgroup, absolute */
    int cgroup;        /* the same */
    int pod_cgroup;    /* without systemd, else -EBADF; */
    int init_cgroup;   /* beneath it, what the init is cloned into */
    bool systemd;      /* is the host's PID 1 */
    bool service_main; /* we are a service's main process and hand that on to the init */
    bool going;        /* the init may start the apps */

    pid_t maker;      /* makes namespaces; see namespaces.c */
    int maker_socket; /* says how that went */
    int namespaces;   /* its pidfd */

    int root;                /* detached tmpfs, the pod's root */
    int shared_memory;       /* detached tmpfs, /dev/shm of all apps */
    int journal_sockets;     /* a mount with those of journald, detached at first; -EBADF: no journal */
    int resolv_conf, hosts;  /* detached mounts of files, where stage0 or the host gives them */
    int notify;              /* connected to the service manager, or -EBADF */
    uint64_t watchdog_us;    /* how often it wants to hear of us; 0: not */
    JournalWay journal;      /* in the init: for what apps say in datagrams */
    int go;                  /* a socket; until the init may start the apps */
    int control;             /* a pipe to the foreground process; -EBADF: there is none */
    int proc;                /* the procfs that shows the init and all of the pod */
    pid_t reaper;            /* first process of the apps' pid namespace */
    int apps_pids, own_pids; /* that namespace, and the init's own */
    int reaper_report;   /* how that became it; then, that machined terminates the pod; -EBADF: it can't */
    int machined;        /* the directory of its socket, on the host; -EBADF: it has none */
    int register_socket; /* in the init, until the reaper is there: to rkt-register */
    int shared;          /* detached mount of STAGE1_SHARED alone */
    int status_dir;      /* in that, for the apps' statuses */
} Host;

#define FOREACH_APP(app, host)                                                                               \
    for (HostApp * (app) = (host)->apps; (app) < (host)->apps + (host)->plan->n_apps; (app)++)

/* The pod's root as its init sees it; no app does. */
#define HOST_STAGE_PATH "/app"         /* where an app's root is attached before it becomes "/" */
#define HOST_SCRATCH_PATH "/scratch"   /* for mount_restrict_paths() */
#define HOST_KEPT_PATH "/kept"         /* mounts of what the init has descriptors of */
#define HOST_SHARED_MEMORY_PATH "/shm" /* /dev/shm of all apps */
#define HOST_SOCKETS_PATH "/run/apps"  /* those of each app, by its number */
/* There only if the pod has them. */
#define HOST_RESOLV_CONF_PATH "/share/resolv.conf"
#define HOST_HOSTS_PATH "/share/hosts"
#define HOST_IDENTITY_PATH "/run/host" /* systemd's container interface: os-release, container-manager */

/* gather.c: the descriptors that can only be made on the host's side. */
int host_gather(Host *host, Error *reterr);
void host_gather_journal(Host *host);
/* The directory beneath /var/log/journal where `journalctl -M` looks; the caller frees. */
char *host_journal_directory(const Host *host);

/* cgroup-home.c. The init's own among the apps' (with a dot, which no name of an app has). */
#define HOST_INIT_CGROUP "rkt.init"
int host_find_cgroup_home(Host *host, Error *reterr);
/* Gives the pod's processes their cgroups. With systemd the caller moves into the init's; without, the init
 * is to be cloned into host->init_cgroup, with host->pod_cgroup as the root of its cgroup namespace. */
int host_enter_cgroups(Host *host, Error *reterr);
/* Puts limits on the apps' cgroups, and closes the devices to them: before an app's first process, and when
 * none is left in host->pod_cgroup. */
int host_confine_cgroups(const Host *host, Error *reterr);
int host_remove_cgroups(const Host *host);

/* namespaces.c: those which are made by a child of `run`, and joined by the init. */
int host_make_namespaces(Host *host);
int host_join_namespaces(Host *host);
/* For `run`: waits until the init has joined them, or is dead. */
void host_leave_namespaces(Host *host);
/* As fork(), into a cgroup unless that is -EBADF. Siblings end with the signal of the one they are cloned by.
 */
pid_t host_clone(uint64_t flags, int cgroup, int *ret_pidfd);

/* reaper.c: makes the apps' pid namespace, and its first process. Once the second call returns 0, that
 * process can be shown to apps. The third is for when its report can be read: whether it says that the pod is
 * to be terminated. The fourth is host_clone() into that namespace. */
int host_make_reaper(Host *host);
int host_await_reaper(Host *host);
bool host_hear_reaper(Host *host);
pid_t host_clone_among_apps(const Host *host, uint64_t flags, int cgroup);

/* Where machined listens, from 258 on before it runs. */
#define MACHINED_SOCKET_DIRECTORY "/run/systemd/machine"
#define MACHINED_SOCKET "io.systemd.Machine"

/* interactive.c: a devpts for an app, detached; what a program was started with. */
int host_make_terminals(int *ret, Error *reterr);
void host_drop_stdio(HostApp *app);

/* loopback.c: in the network namespace that a pod without network gets. */
int host_raise_loopback(void);

/* set-up.c: what the clone does before it is the pod's init. */
int host_set_up(Host *host, Error *reterr);
/* Waits until the host's side has done its part; ends the init when it failed to. */
void host_await_go(Host *host);

/* Whether the app gets a notify socket. */
static inline bool host_app_notifies(const PlanApp *plan)
{
    return plan->notify || plan->watchdog;
}

/* init.c: the pod's PID 1; never returns. */
_noreturn_ void host_init(Host *host);

enum { HOST_SOCKET_PATH_MAX = sizeof(HOST_SOCKETS_PATH "/.journal") + 20 };
void host_socket_path(const Host *host, const HostApp *app, ReceiveKind kind,
                      char ret[static HOST_SOCKET_PATH_MAX]);

/* An app that may trace other processes (CAP_SYS_PTRACE) runs only when none that it sees has more rights
 * than an app: it starts after the others, and its process waits, confined, until all that may trace are. Not
 * with a handler before it, which has that right already; see check_tracing() in lib/prepare. */
static inline bool host_app_may_trace(const PlanApp *plan)
{
    return plan->capabilities >> CAP_SYS_PTRACE & 1;
}

static inline bool host_app_is_held(const PlanApp *plan)
{
    return host_app_may_trace(plan) && !plan->pre_start && !plan->init;
}

/* What an app's process and the init say to each other over its report. */
enum { REPORT_FAILED = '!', REPORT_CONFINED = '.', REPORT_GO = 'g' };

/* app.c: clones the process that sets up the app's root (or joins it) and execs argv; its end of
 * host_app->report says how that went. uid 0 and all groups 0 when as_root (handlers). */
int host_app_start(Host *host, HostApp *app, char *const argv[], bool as_root, Error *reterr);

/* Lets the init start the apps. The socket's ends are closed before there is a process of an app. */
int control_send_go(int go);
int control_await_go(int go); /* -EPIPE: the sender is gone */

/* What an app's process tells the foreground process before it is confined. Through a pipe, which carries no
 * descriptors: an app that may trace could speak in its place. pid is in the apps' namespace. */
typedef struct ControlMessage {
    uint32_t app; /* its index, which the receiver has to check */
    int32_t pid;
} ControlMessage;
int control_send(int fd, const ControlMessage *message);
int control_receive(int fd, ControlMessage *ret); /* returns 1; 0: the pod is gone */
