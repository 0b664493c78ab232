/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX access lists, as far as they let one more group read files of another owner. They are read and
 * written in the kernel's format (xattr(7), acl(5)). With libacl the code is as long, and rkt-register, for
 * which a pod waits, would begin 0.05 ms later. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Lets a group read a file. 1: it could already. */
int acl_let_group_read(int fd, gid_t group);

/* Lets a group read and enter everything that will be made in a directory. 1: it could already. */
int acl_let_group_read_within(int dir, gid_t group);
