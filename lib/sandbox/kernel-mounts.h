/* SPDX-License-Identifier: Apache-2.0 */
/* procfs and sysfs in an app: made, checked, and closed but for what an app may see. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A procfs (that of the calling process's pid namespace) or a sysfs (read-only), detached, checked to be one;
 * nosuid, nodev and noexec in any case. */
int mount_proc(uint64_t attributes, int *ret, Error *reterr);
int mount_sys(int *ret, Error *reterr);

/* Hides and write-protects what the tables of kernel-mounts.c name, in an app's procfs and sysfs, given as
 * descriptors of mounts that are attached. sys may be -EBADF (a volume of the user is there). net_writable:
 * /proc/sys/net is the pod's own, so it stays writable. scratch: a directory outside the app's root, never
 * that root's own top or the old root's; what hides is mounted there and left, to go with that root in
 * mount_enter_root(): each unmount waits for all processors. */
int mount_restrict_paths(int proc, int sys, bool net_writable, int scratch, Error *reterr);
