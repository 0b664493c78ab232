/* SPDX-License-Identifier: Apache-2.0 */
/* The named sets of system calls ("@rkt/default-whitelist"), as text. */
#pragma once

/* The members, separated by blanks: names of system calls, other sets ("@…"), and names with a "?" behind
 * them: the call under its test (clone without namespaces, …; see seccomp-policy.c). NULL: no such set.
 * "@appc.io/all" and "@appc.io/empty" are no lists and not here. */
const char *seccomp_set_members(const char *name);
