/* SPDX-License-Identifier: Apache-2.0 */
/* A process's number says nothing once it has ended: another gets it. What tells them apart is when the
 * process was started, in which boot (proc_pid_stat(5), field 22). Here that is noted as the target of a
 * link, which is written and read in one call, and a process is only given as a pidfd, after the note was
 * compared. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* Notes the process as the link `name` in dir, in place of what is there. */
int process_note(int dir, const char *name, pid_t pid);

/* Opens the process that was noted: a pidfd. -ENOENT: no note; -ESRCH: it has ended, whatever has its number
 * now; -EBADMSG: not a note. ret_pid may be NULL. */
int process_open_noted(int dir, const char *name, pid_t *ret_pid);

/* Whether what a pidfd stands for has ended; a zombie has. */
bool process_has_ended(int process);

/* When the process was started, in clock ticks after the boot. -ESRCH: there is none. */
int process_start_time(pid_t pid, uint64_t *ret);

/* ----- All processes that see the same mounts ----- */

/* Notes the mount namespace and the root of the calling process as the link `name` in dir. */
int process_note_mounts(int dir, const char *name);

/* Calls back, with a pidfd, for every process that has the mounts which were noted. Returns what the callback
 * returns as soon as that is not 0; 0: there is no (more) such process, or no note. */
typedef int (*ProcessCallback)(int process, void *userdata);
int process_foreach_with_mounts(int dir, const char *name, ProcessCallback callback, void *userdata);
