/* SPDX-License-Identifier: Apache-2.0 */
/* Seccomp, when an app starts: a program that was compiled before is read and loaded. libc only. */
#pragma once

#include <linux/filter.h>
#include <stddef.h>

#include "base/cleanup.h"

/* Reads the program in file name of directory dir; a file that is not one (size, number of instructions) is
 * -EBADMSG. The caller frees. */
int seccomp_filter_read(int dir, const char *name, struct sock_filter **ret, size_t *ret_n);

/* Loads it into the calling thread; from here on it counts. Needs no-new-privileges or SYS_ADMIN. */
int seccomp_filter_load(const struct sock_filter *filter, size_t n);
