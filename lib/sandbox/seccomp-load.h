/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp at an app's start: reads and loads a compiled program. libc only. */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "base/cleanup.h"

/* Reads the program in file name of directory dir. -EBADMSG: its size or number of instructions is not
 * valid. The caller frees. */
int seccomp_filter_read(int dir, const char *name, struct sock_filter **ret, size_t *ret_n);

/* The filter's verdict for a call that the process must not survive. A listener can report it. */
#define SECCOMP_REFUSAL (SECCOMP_RET_KILL_PROCESS | 1)

/* Loads it into the calling thread, with immediate effect. Needs no-new-privileges or SYS_ADMIN. */
int seccomp_filter_load(const struct sock_filter *filter, size_t n);

/* The same, and sends through socket, which it then closes, a descriptor that reports each SECCOMP_REFUSAL
 * (seccomp_unotify(2)): the calling process waits, and the receiver must end it. If the kernel, or a filter
 * around us, allows us no listener, or the filter has no such refusal, nothing is sent, and a refused call
 * ends its process without a report. After all descriptors of the listener are closed, a refused call fails
 * with ENOSYS. No later filter of the process gets a listener (EBUSY). */
int seccomp_filter_load_told(const struct sock_filter *filter, size_t n, int socket);
