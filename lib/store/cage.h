/* SPDX-License-Identifier: Apache-2.0 */
/* Where the unpacker works: a process whose root is the tree it makes, without network, processes, mounts or
 * system calls to reach anything else. Documentation/store.md has the list. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* Forks into new mount, network, ipc, uts and pid namespaces: 0 and *ret_pid = 0 in the child. The child is
 * killed when the parent ends. */
int cage_fork(pid_t *ret_pid, Error *reterr);

/* In the child: makes the working directory the root, closes all descriptors but keep (sorted up), and gives
 * up what unpacking does not need. Returns the root's descriptor. */
int cage_enter(const int *keep, size_t n_keep, Error *reterr);
