/* SPDX-License-Identifier: Apache-2.0 */
/* Child processes: our helpers, run without a shell. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cleanup.h"

typedef struct SpawnOptions {
    int fds[3];               /* become 0, 1, 2; -EBADF keeps ours */
    int program;              /* as in exec_opened(); -EBADF: what is at the path */
    int pass;                 /* a further descriptor, kept open under its own number; -EBADF: none */
    char *const *environment; /* NULL keeps ours */
    const char *directory;    /* the child's working directory, from where a relative path is looked up; NULL
                                 keeps ours */
    bool die_with_parent;     /* SIGKILL when the calling thread ends */
    int64_t timeout_ns;       /* > 0: in a process group of its own, which spawn_and_wait() kills then */
} SpawnOptions;

#define SPAWN_OPTIONS_INIT                                                                                   \
    {                                                                                                        \
        .fds = { -EBADF, -EBADF, -EBADF }, .program = -EBADF, .pass = -EBADF                                 \
    }

/* Runs the program at path; argv[0] is its name. Returns 0 and the pid, or why exec failed. All descriptors
 * but those said are closed in the child, signal handlers and mask are the default. */
int spawn(const char *path, char *const argv[], const SpawnOptions *options, pid_t *ret_pid);

/* Becomes the program that is open there, or a script at path: its interpreter could not open a descriptor
 * that is closed by then (NULL: no script). Returns only with an error. */
int exec_opened(int program, const char *path, char *const argv[], char *const environment[]);

/* In a child: handlers and mask as in a program that was freshly started. */
void spawn_reset_signals(void);

/* Waits; returns the exit status (0..255), 128 + n when signal n ended it, or a negative errno. */
int wait_for_exit(pid_t pid);

/* Both: the exit status or a negative errno; -ETIMEDOUT: it was killed. */
int spawn_and_wait(const char *path, char *const argv[], const SpawnOptions *options);

/* First of all in a program that anybody may start: opens /dev/null where 0, 1 or 2 is closed, so that no
 * file of ours takes its place, and lets children be waited for (an ignored SIGCHLD outlives an exec). */
int spawn_prepare(void);

/* Takes all variables out of our environment but those named, up to a NULL. */
void environment_keep(const char *const *names);
