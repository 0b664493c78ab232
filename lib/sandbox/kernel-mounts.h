/* SPDX-License-Identifier: Apache-2.0 */
/* procfs and sysfs in an app: makes and checks them, and hides what an app must not see. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A procfs (of the calling process's pid namespace) or a sysfs (read-only), detached, and checked to be
 * one; always nosuid, nodev and noexec. */
int mount_proc(uint64_t attributes, int *ret, Error *reterr);
int mount_sys(int *ret, Error *reterr);

/* Hides and write-protects the paths in the tables of kernel-mounts.c, in an app's procfs and sysfs, given
 * as descriptors of attached mounts. sys may be -EBADF (a volume of the user is there). net_writable:
 * /proc/sys/net is the pod's own, so it stays writable. scratch: a directory outside the app's root, but
 * neither that root's own top nor the old root's. The mounts that hide are attached there and left, to be
 * removed with that root in mount_enter_root(), because each unmount waits for all processors. */
int mount_restrict_paths(int proc, int sys, bool net_writable, int scratch, Error *reterr);
