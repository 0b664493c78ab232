/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the sockets of an app from lingering (SO_LINGER). A process waits when it closes the last
 * descriptor of a socket that lingers. This may be another process, to which the socket was sent, or the
 * kernel's worker that closes files for the whole host. */
#pragma once

/* Loads the program. Returns a descriptor, or -errno. One program is enough for any number of cgroups. */
int linger_load(void);

/* From now on, sockets made in this cgroup2 (or below it) close in the background: setsockopt(2) of
 * SO_LINGER with a time succeeds, but the time is not kept. A time of 0, which resets the connection, is
 * kept. */
int linger_forbid(int cgroup, int program);
