/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: the nodes of an app's /dev, and the list of devices that its cgroup may open or make, as a BPF
 * program. The list only allows; all other devices are refused. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* Makes the devices of an app's /dev in an empty directory (a tmpfs without MOUNT_ATTR_NODEV), with the
 * links fd, stdin, stdout, stderr and ptmx -> pts/ptmx. The caller makes pts, shm and console. */
int device_nodes_make(int dev);

enum { DEVICE_READ = 1 << 0, DEVICE_WRITE = 1 << 1, DEVICE_MKNOD = 1 << 2, DEVICE_ALL = 7 };
#define DEVICE_ANY UINT32_MAX

typedef struct DeviceRule {
    mode_t type;           /* S_IFCHR or S_IFBLK */
    uint32_t major, minor; /* minor DEVICE_ANY: all of the major */
    unsigned access;
} DeviceRule;

enum { DEVICE_RULES_MAX = 512 };

/* The rule for a device of the host (a host volume), from its stat(2). -ENODEV: it is not a device. */
struct stat;
int device_rule_from_stat(const struct stat *st, unsigned access, DeviceRule *ret);

/* Closes the cgroup to all devices except the standard ones and extra (n of them). This affects processes
 * in it and below it, from the next open on. -ERANGE: a number that no device can have. The cgroup must be
 * of the cgroup2 tree; needs SYS_ADMIN (or BPF and NET_ADMIN) in the first user namespace. */
int device_confine_cgroup(int cgroup, const DeviceRule *extra, size_t n);
