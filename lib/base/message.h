/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on a Unix socket with which a descriptor may travel (SCM_RIGHTS). */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Sends the bytes, at least one, and with them a copy of descriptor; -EBADF: none. */
int message_send(int socket, const void *data, size_t size, int descriptor);

/* Takes a message that is there, or returns -EAGAIN. The size is that of the whole message, also where not
 * all of it had room; 0: the other side is gone. *ret_descriptor is the first descriptor that came with it,
 * or -EBADF; there is no room for others, which the kernel drops. */
ssize_t message_receive(int socket, void *data, size_t size, int *ret_descriptor);
