/* SPDX-License-Identifier: Apache-2.0 */
/* Names of system calls, for who tells a person which one it was; libc only. From a name to its number and to
 * a filter: seccomp-policy.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The name of system call number of an architecture (AUDIT_ARCH_*): static, or NULL where the headers that
 * rkt was built with name none. */
const char *call_name(uint32_t architecture, uint32_t number);

/* Whether that is the 32-bit one beside the native one. */
bool call_is_32bit(uint32_t architecture);
