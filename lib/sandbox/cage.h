/* SPDX-License-Identifier: Apache-2.0 */
/* A cage is a process that parses untrusted bytes, and that an attacker is expected to take over. It is our
 * own program, executed again, and has access to nothing of value: bytes come in and go out through pipes.
 * The caller itself computes everything that matters (hashes, names of files, progress) from the bytes that
 * pass through it. Documentation/store.md lists what a cage can do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* ----- Inside ----- */

/* The work of a cage: reads standard input to its end and writes to standard output. root is a descriptor
 * of its root directory, or -EBADF if it has none. The argument is what the caller gave. */
typedef int (*CageFunction)(int root, const void *argument, size_t size, Error *reterr);

typedef struct CageWork {
    const char *name;
    CageFunction function;
} CageWork;

/* Must be called first in the main() of a program that runs cages, except setlocale(3). Returns if this
 * process is not a cage. works ends with {}. */
void cage_main(int argc, char *argv[], const CageWork *works);

/* ----- Outside ----- */

typedef struct CageOptions {
    const char *work;   /* the name of its work; a string literal */
    const char *worker; /* its name in errors: "the unpacker" */
    const char *doing;  /* its work in errors: "unpacking" */
    /* In new mount, network, ipc, uts and pid namespaces, for which the caller must be root. Otherwise only
     * the filter confines it, which allows no call that takes a name. */
    bool apart;
    int root;      /* with apart: the directory that becomes its root; -EBADF: an empty one */
    bool writable; /* whether its root is writable */
    uint64_t capabilities;
    uid_t uid; /* the user that it becomes, if the caller is root */
    gid_t gid;
    uint64_t memory;        /* bytes; 0: 2 GiB */
    uint64_t file_size;     /* size of the largest file that it may make, including holes */
    uint64_t bytes, inodes; /* bytes and files that it may write and make; for a writable root */
    unsigned seconds;       /* how long the caller waits for it; 0: an hour */
    const void *argument;   /* not owned; must stay valid until cage_run() has returned */
    size_t argument_size;
} CageOptions;

#define CAGE_OPTIONS_INIT .root = -EBADF

/* The caller's side. Each may be NULL: there is no input; any output is an error. */
typedef struct CageStreams {
    /* Fills the buffer with the next input; 0: no more. */
    ssize_t (*give)(void *buffer, size_t size, void *userdata, Error *reterr);
    /* Gets the output. */
    int (*take)(const void *data, size_t size, void *userdata, Error *reterr);
    void *userdata;
} CageStreams;

typedef struct Cage Cage;

/* Starts a cage, which then waits for its input. It can be started while the caller is root, and run when
 * the caller is the cage's user. It is killed when the calling thread ends. */
int cage_start(const CageOptions *options, Cage **ret, Error *reterr);

/* Gives it the next bytes of its input, and takes its output meanwhile; does not call streams->give.
 * Returns 1 if it has taken them, or 0 if it wants no more: cage_run() must follow and returns the reason.
 * Otherwise like cage_run(). */
int cage_feed(Cage *cage, const CageStreams *streams, const void *data, size_t size, Error *reterr);

/* Lets it work to its end. Returns 0 if it says that it has done its work. This is as untrusted as its
 * errors (-EBADMSG), from which control characters are removed. -ETIME, -EDQUOT: it reached a limit. Errors
 * of give() and take() are returned. It may end without reading all of its input. */
int cage_run(Cage *cage, const CageStreams *streams, Error *reterr);

/* How much of its input it has read. */
uint64_t cage_consumed(const Cage *cage);

/* Kills it, if it still runs. */
void cage_free(Cage *cage);
DEFINE_CLEANUP_FUNC(Cage *, cage_free)
