/* SPDX-License-Identifier: Apache-2.0 */
/* What rkt-register and the stage1 that has started it say to each other. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

typedef struct Pod {
    pid_t leader;    /* 0: not yet reported */
    bool supervised; /* or could not be made */
    int connection;  /* the supervisor's connection to machined; -EBADF: none */
} Pod;

/* Whether the process has ended; also true of a zombie. */
bool leader_has_ended(pid_t pid);

/* Reports to stage1, and logs, how a step ended (r is 0, or a negative errno whose words are in error). A
 * failure is not logged if the pod had just ended; leader is 0 while it is not known. */
void stage1_say_result(const char *step, pid_t leader, int r, const Error *error);

/* Waits until stage1 says the pod's leader. -ECONNRESET: it ended without saying it; -EBADMSG: it says
 * something else. */
int stage1_hear_leader(Pod *pod);

/* The pod's init makes its supervisor connect while it sets itself up: waits for that connection. Without it
 * machined takes us for the supervisor. */
void stage1_hear_supervisor(Pod *pod);
