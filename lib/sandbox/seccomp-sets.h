/* SPDX-License-Identifier: Apache-2.0 */
/* The named sets of system calls ("@rkt/default-whitelist"), as text. */
#pragma once

/* The members, separated by blanks: names of system calls, other sets ("@…"), names followed by "?" (the
 * call with its test: clone without namespaces, …; see seccomp-policy.c), and names followed by "!" (the
 * call is refused, but with EPERM instead of SIGSYS). NULL: no such set. "@appc.io/all" and
 * "@appc.io/empty" are not lists, and not here. */
const char *seccomp_set_members(const char *name);

/* Calls after whose failure programs continue: if they are refused, and no errno was named, they get EPERM
 * instead of SIGSYS. Separated by blanks. */
extern const char seccomp_calls_answered_eperm[];
