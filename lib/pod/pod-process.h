/* SPDX-License-Identifier: Apache-2.0 */
/* The process of a running pod: its init, or the app itself if the stage1 has no init. Numbers are only for
 * people. A program that acts on the process gets a pidfd, which no other process can take over. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "pod/pod.h"

/* The number in the file `pid` or `ppid`, whichever process has it now. -ENODATA: there is none yet. */
int pod_read_pid(const Pod *pod, pid_t *ret);

/* Opens the process as a pidfd. Our own stage1s note when it was started. For any other stage1 it is only
 * known that the process existed when the number was written, or that it is root's and it, or its parent,
 * holds the pod's directory. -ENODATA: there is none yet; -ESRCH: it has ended. ret_pid may be NULL. */
int pod_process_open(const Pod *pod, pid_t *ret_pid);

/* Whether a process that the stage1 noted lives, or a process that sees the mounts which it noted: then the
 * pod runs, even if its lock is free. */
bool pod_process_lives(const Pod *pod);
