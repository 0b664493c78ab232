/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on a Unix socket that may carry a descriptor (SCM_RIGHTS). */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Sends the bytes, at least one, with a copy of descriptor (-EBADF: without one). */
int message_send(int socket, const void *data, size_t size, int descriptor);

/* Receives one message. -EAGAIN: there is none. Returns the size of the whole message, even if buffer is
 * smaller; 0: the other side is gone. *ret_descriptor is the first descriptor of the message, or -EBADF.
 * The kernel drops other descriptors, for which there is no room. */
ssize_t message_receive(int socket, void *data, size_t size, int *ret_descriptor);
