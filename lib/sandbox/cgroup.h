/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroup2 tree, as directory descriptors: where we stand, whether it is ours to divide, sub-cgroups,
 * limits. The tree is found, not assumed to be at /sys/fs/cgroup. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

typedef enum CgroupController {
    CGROUP_CPU = 1 << 0,
    CGROUP_CPUSET = 1 << 1,
    CGROUP_IO = 1 << 2,
    CGROUP_MEMORY = 1 << 3,
    CGROUP_PIDS = 1 << 4,
    CGROUP_ALL = (1 << 5) - 1,
} CgroupController;

/* Opens the mount of the cgroup2 tree; -ENOENT when there is none. */
int cgroup_open_root(int *ret);

/* Opens the cgroup of a process (0: our own). ret_path (may be NULL) is its path in the tree,
 * "/machine.slice/x.service". */
int cgroup_open_pid(pid_t pid, int *ret, char **ret_path);

/* 1 when systemd gave the cgroup to us (Delegate=yes: attribute user.delegate or trusted.delegate), else 0.
 */
int cgroup_is_delegated(int cgroup);

/* The cgroup's own controllers, as a mask. */
int cgroup_controllers(int cgroup);

/* Lets sub-cgroups have those of wanted that there are. Returns the mask of what they have now. The cgroup
 * itself must hold no process by then, or -EBUSY comes. */
int cgroup_enable_controllers(int cgroup, unsigned wanted);

/* Makes (or opens) the sub-cgroup. */
int cgroup_make(int parent, const char *name, int *ret);

typedef struct CgroupLimits {
    uint64_t memory;     /* bytes; 0: none */
    uint64_t cpu;        /* thousandths of a CPU; 0: none */
    uint64_t cpu_shares; /* 2..262144; 0: none */
    uint64_t pids;       /* processes and threads; 0: none */
} CgroupLimits;

/* The controllers that these limits need. */
unsigned cgroup_limits_need(const CgroupLimits *limits);

/* Sets them. A limit whose controller the cgroup lacks is -EOPNOTSUPP, and said by name. */
int cgroup_set_limits(int cgroup, const CgroupLimits *limits, Error *reterr);

/* pid 0: the calling process. For a clone use CLONE_INTO_CGROUP. */
int cgroup_move(int cgroup, pid_t pid);

/* SIGKILL to every process in it and below it, in one step (cgroup.kill, else one by one). */
int cgroup_kill(int cgroup);

/* The same one by one, after which processes can still be cloned into it. Linux 6.14 and later kill those,
 * once cgroup.kill was written: they compare the count of kills with that of the parent's own cgroup. */
int cgroup_clear(int cgroup);

/* Removes the sub-cgroup and all below it; -EBUSY while processes are there. A missing one is not an error.
 */
int cgroup_remove(int parent, const char *name);

/* cpu.weight for cpu-shares: 2..262144 onto 1..10000. */
uint64_t cgroup_weight_from_shares(uint64_t shares);
