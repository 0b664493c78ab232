/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock, for the one thing that neither namespaces, a filter nor capabilities do: abstract sockets of a
 * network namespace that the pod shares with its host. */
#pragma once

/* From now on the calling thread and its descendants can connect, or send, only to abstract UNIX sockets that
 * one of them made: all those together are one domain. Others still reach theirs. What else it costs them:
 * they can't look into (ptrace(2), most of /proc/PID) a process outside the domain. The caller must have
 * CAP_SYS_ADMIN. Returns 1, or 0 when the kernel can't do that (before 6.12). */
int landlock_scope_abstract_sockets(void);
