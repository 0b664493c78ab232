/* SPDX-License-Identifier: Apache-2.0 */
/* Which process a running pod is: its init, or the app itself where a stage1 has none. Numbers are only for
 * people; who acts on the process gets it as a pidfd, which no other process can take over. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "pod/pod.h"

/* The number in the files `pid` or `ppid`, whatever has it now. -ENODATA: there is none yet. */
int pod_read_pid(const Pod *pod, pid_t *ret);

/* Opens the process: a pidfd. Our own stage1s note when it was started. Of any other stage1's it is only
 * known that it was there when the number was written, or that it is root's and it, or its parent, holds the
 * pod's directory. -ENODATA: there is none yet; -ESRCH: it has ended. ret_pid may be NULL. */
int pod_process_open(const Pod *pod, pid_t *ret_pid);

/* Whether a process that the stage1 noted lives, or one that sees the mounts which it noted: then the pod
 * runs, also when its lock is held. */
bool pod_process_lives(const Pod *pod);
