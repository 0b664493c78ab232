/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the journal, one in each datagram: journald's native protocol, libc only. */
#pragma once

#include <stddef.h>

/* Connects to the native socket in that directory of journald. Non-blocking. -ENOENT or -ECONNREFUSED: no
 * journald. */
int journal_socket_open(const char *directory, int *ret_fd);

/* The same by the name of a journal namespace; NULL: the main journal. */
int journal_socket_open_namespace(const char *journal_namespace, int *ret_fd);

/* Sends an entry. Never waits: -EAGAIN: no room; -ECONNREFUSED: nobody listens (any more). identifier has
 * no newline; facility is that of syslog(3) without shift. */
int journal_send_message(int fd, const char *identifier, int priority, int facility, const char *text,
                         size_t size);

/* The same for fields that journal_fields_check() has accepted. */
int journal_send_fields(int fd, const char *identifier, const char *fields, size_t size);

/* Reduces an untrusted entry, in place, to the fields that its sender may set: those with names of its own,
 * and none that journald or systemd believe from root, because root sends the entry on. The sender may set
 * SYSLOG_IDENTIFIER=. An entry ends at an empty line; what follows is dropped. Returns the size; 0: nothing
 * is left, or it is malformed. */
size_t journal_fields_check(char *fields, size_t size);
