/* SPDX-License-Identifier: Apache-2.0 */
/* POSIX access lists, as far as one more group may read what others own. They are read and written as the
 * kernel keeps them (xattr(7), acl(5)). With libacl it takes as many lines, and rkt-register, for which a pod
 * waits, begins 0.05 ms later. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Lets a group read a file. 1: it could already. */
int acl_let_group_read(int fd, gid_t group);

/* Lets a group read, and enter, what will be made in a directory. 1: it could already. */
int acl_let_group_read_within(int dir, gid_t group);
