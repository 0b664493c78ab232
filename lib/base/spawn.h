/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: our helpers, run without a shell. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cleanup.h"

typedef struct SpawnOptions {
    int fds[3];               /* become 0, 1, 2; -EBADF keeps ours */
    int program;              /* as in exec_opened(); -EBADF: the program at the path */
    int pass;                 /* a further descriptor, kept open under its own number; -EBADF: none */
    char *const *environment; /* NULL keeps ours */
    const char
            *directory; /* the child's working directory, to which a relative path refers; NULL keeps ours */
    bool die_with_parent; /* SIGKILL when the calling thread ends */
    int64_t timeout_ns; /* > 0: it gets its own process group, which spawn_and_wait() kills after this time */
} SpawnOptions;

#define SPAWN_OPTIONS_INIT                                                                                   \
    {                                                                                                        \
        .fds = { -EBADF, -EBADF, -EBADF }, .program = -EBADF, .pass = -EBADF                                 \
    }

/* Runs the program at path; argv[0] is its name. Returns 0 and the pid, or the error of exec. The child
 * closes all other descriptors, and resets signal handlers and mask. */
int spawn(const char *path, char *const argv[], const SpawnOptions *options, pid_t *ret_pid);

/* Executes the opened program, or the script at path, whose interpreter cannot open the program's
 * descriptor, which is closed by then (NULL: not a script). Returns only on error. */
int exec_opened(int program, const char *path, char *const argv[], char *const environment[]);

/* In a child: resets handlers and mask to those of a freshly started program. */
void spawn_reset_signals(void);

/* Waits. Returns the exit status (0..255), 128 + n if signal n ended the process, or a negative errno. */
int wait_for_exit(pid_t pid);

/* Runs and waits. Returns the exit status or a negative errno; -ETIMEDOUT: it was killed. */
int spawn_and_wait(const char *path, char *const argv[], const SpawnOptions *options);

/* To be called first in a program that any user may start. Opens /dev/null for 0, 1 or 2 if they are
 * closed, so that no file of ours gets these numbers, and makes it possible to wait for children (an
 * ignored SIGCHLD survives an exec). */
int spawn_prepare(void);

/* Removes all variables from our environment except those in names, which ends with NULL. */
void environment_keep(const char *const *names);
