/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock, for the one thing that namespaces, filters and capabilities cannot limit: abstract sockets of a
 * network namespace that the pod shares with the host. */
#pragma once

/* From now on the calling thread and its descendants can connect, or send, only to abstract UNIX sockets
 * that one of them made: together they are one domain. Other processes can still reach theirs. Side effect:
 * they cannot look into a process outside of the domain (ptrace(2), most of /proc/PID). The caller must
 * have CAP_SYS_ADMIN. Returns 1, or 0 if the kernel cannot do this (before 6.12). */
int landlock_scope_abstract_sockets(void);
