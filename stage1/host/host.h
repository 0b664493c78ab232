/* SPDX-License-Identifier: Apache-2.0 */
/* The flavour `host`: names and numbers that its parts agree on. Which process has what is told by types:
 *
 *     PodSettings   what a pod is to be; all processes have it, and only `run` changes it
 *     PodParts      what `run` gathers on the host's side, and hands over to its clone, the pod's init
 *     AppParts      the same of one app
 *     Init, App     what the init has, of the pod and of each app
 *     Foreground    what the process beside a pod that is not a service has
 *     Entry         what `enter` finds
 *
 * Nothing of it outlives the pod. */
#pragma once

/* Exit statuses of the pod's init beside its apps' own. */
enum {
    POD_EXIT_FAILURE = 254,  /* the pod could not be set up */
    POD_EXIT_POWEROFF = 132, /* a declared pod asked to power off, which Restart= must not undo; see
                                RestartPreventExitStatus= of its unit */
    POD_EXIT_REBOOT = 133,   /* asked to reboot; see RestartForceExitStatus= of a declared pod's unit */
    APP_EXIT_EXEC = 203,     /* an app's program could not be run (as systemd's EXIT_EXEC) */
};

/* The init's cgroup among those of the apps (with a dot, which no name of an app has). */
#define HOST_INIT_CGROUP "rkt.init"

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
