/* SPDX-License-Identifier: Apache-2.0 */
/* A seccomp filter of our own processes: a list of system calls; what is not on it does not exist (ENOSYS).
 * mmap(2) is always there, but for memory that is executable or shared. The apps' filters are lib/sandbox's. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Needs no-new-privileges or SYS_ADMIN. */
int call_filter_load(const uint16_t *calls, size_t n);
