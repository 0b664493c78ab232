/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroup2 tree, as directory descriptors: our own cgroup, whether it is delegated to us, sub-cgroups,
 * limits. The tree is found; it need not be at /sys/fs/cgroup. */
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

/* Opens the mount of the cgroup2 tree; -ENOENT: there is none. */
int cgroup_open_root(int *ret);

/* Opens the cgroup of a process (0: our own). ret_path (may be NULL) is its path in the tree,
 * "/machine.slice/x.service". */
int cgroup_open_pid(pid_t pid, int *ret, char **ret_path);

/* 1 if systemd has delegated the cgroup to us (Delegate=yes: attribute user.delegate or trusted.delegate),
 * else 0. */
int cgroup_is_delegated(int cgroup);

/* The cgroup's own controllers, as a mask. */
int cgroup_controllers(int cgroup);

/* Enables those of the wanted controllers that exist for sub-cgroups. Returns the mask of all that they
 * have now. -EBUSY: the cgroup itself still has a process. */
int cgroup_enable_controllers(int cgroup, unsigned wanted);

/* Makes the sub-cgroup, or opens it. */
int cgroup_make(int parent, const char *name, int *ret);

typedef struct CgroupLimits {
    uint64_t memory;     /* bytes; 0: none */
    uint64_t cpu;        /* thousandths of a CPU; 0: none */
    uint64_t cpu_shares; /* 2..262144; 0: none */
    uint64_t pids;       /* processes and threads; 0: none */
} CgroupLimits;

/* The controllers that these limits need. */
unsigned cgroup_limits_need(const CgroupLimits *limits);

/* Sets them. -EOPNOTSUPP: the cgroup lacks the controller of a limit; the error names it. */
int cgroup_set_limits(int cgroup, const CgroupLimits *limits, Error *reterr);

/* pid 0: the calling process. For a clone use CLONE_INTO_CGROUP. */
int cgroup_move(int cgroup, pid_t pid);

/* Sends SIGKILL to every process in it and below it, in one step (cgroup.kill, else one by one). */
int cgroup_kill(int cgroup);

/* The same one by one; afterwards processes can still be cloned into it. Linux 6.14 and later kill those
 * once cgroup.kill was written, because they compare the count of kills with that of the parent's own
 * cgroup. */
int cgroup_clear(int cgroup);

/* Removes the sub-cgroup and everything below it. -EBUSY: it has processes. A missing one is not an error. */
int cgroup_remove(int parent, const char *name);

/* cpu.weight for cpu-shares: maps 2..262144 to 1..10000. */
uint64_t cgroup_weight_from_shares(uint64_t shares);
