/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the sockets of an app from lingering (SO_LINGER): a process that closes the last descriptor of one
 * that does waits. It may be another process, to which the socket was sent, or the kernel's own worker that
 * closes files for the whole host. */
#pragma once

/* Loads the program: a descriptor, or -errno. One does for any number of cgroups. */
int linger_load(void);

/* From now on, sockets made in this cgroup2 (or below it) close in the background: setsockopt(2) of SO_LINGER
 * with a time succeeds, and the time is not kept. A time of 0, which resets the connection instead, is. */
int linger_forbid(int cgroup, int program);
