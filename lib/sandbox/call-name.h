/* SPDX-License-Identifier: Apache-2.0 */
/* Names of system calls, for messages; libc only. seccomp-policy.h turns names into numbers and filters. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The name of a system call of an architecture (AUDIT_ARCH_*): static, or NULL if the headers with which
 * rkt was built do not have it. */
const char *call_name(uint32_t architecture, uint32_t number);

/* Whether it is the 32-bit architecture beside the native one. */
bool call_is_32bit(uint32_t architecture);
