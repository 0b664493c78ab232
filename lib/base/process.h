/* SPDX-License-Identifier: Apache-2.0 */
/* The number of a process that has ended is given to another one. The start time and the boot
 * (proc_pid_stat(5), field 22) tell them apart. They are noted as the target of a link, which is written
 * and read with one call. Callers only get a process as a pidfd, after it was compared with the note. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/* Notes the process as the link `name` in dir, and replaces what is there. */
int process_note(int dir, const char *name, pid_t pid);

/* Opens the noted process as a pidfd. -ENOENT: no note; -ESRCH: it has ended, even if its number is in use
 * again; -EBADMSG: not a note. ret_pid may be NULL. */
int process_open_noted(int dir, const char *name, pid_t *ret_pid);

/* Whether the process of a pidfd has ended; a zombie has. */
bool process_has_ended(int process);

/* When the process was started, in clock ticks since boot. -ESRCH: there is no such process. */
int process_start_time(pid_t pid, uint64_t *ret);

/* ----- All processes that see the same mounts ----- */

/* Notes the mount namespace and the root of the calling process as the link `name` in dir. */
int process_note_mounts(int dir, const char *name);

/* Calls back, with a pidfd, for every process that has the noted mounts. Ends with the callback's result as
 * soon as that is not 0. 0: there is no (more) such process, or no note. */
typedef int (*ProcessCallback)(int process, void *userdata);
int process_foreach_with_mounts(int dir, const char *name, ProcessCallback callback, void *userdata);
