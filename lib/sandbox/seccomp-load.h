/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp, when an app starts: a program that was compiled before is read and loaded. libc only. */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "base/cleanup.h"

/* Reads the program in file name of directory dir; a file that is not one (size, number of instructions) is
 * -EBADMSG. The caller frees. */
int seccomp_filter_read(int dir, const char *name, struct sock_filter **ret, size_t *ret_n);

/* What a filter says of a call that is not to be survived. A listener, where there is one, can be told of it.
 */
#define SECCOMP_REFUSAL (SECCOMP_RET_KILL_PROCESS | 1)

/* Loads it into the calling thread; from here on it counts. Needs no-new-privileges or SYS_ADMIN. */
int seccomp_filter_load(const struct sock_filter *filter, size_t n);

/* The same, and sends a descriptor through socket, which is closed, by which each SECCOMP_REFUSAL is told
 * (seccomp_unotify(2)): the caller waits, and the process that is told has to end it. Where the kernel, or a
 * filter around us, has no listener for us, or the filter has no such refusal, nothing is sent, and the
 * refused call ends its process without a word. Once all descriptors of the listener are closed, a refused
 * call fails with ENOSYS. No later filter of the process gets a listener (EBUSY). */
int seccomp_filter_load_told(const struct sock_filter *filter, size_t n, int socket);
