/* SPDX-License-Identifier: Apache-2.0 */
/* Where bytes of strangers are parsed: a process that is supposed to fall into their hands. It is our own
 * program, executed afresh, and meets nothing of value: bytes come in and go out through pipes. What counts
 * (hashes, names of files, how far it is) the caller works out itself from what passes through its hands.
 * Documentation/store.md lists what a cage can do. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* ----- Inside ----- */

/* Reads standard input to its end and writes to standard output. root is a descriptor of its root directory,
 * or -EBADF where it has none. The argument is what the caller gave. */
typedef int (*CageFunction)(int root, const void *argument, size_t size, Error *reterr);

typedef struct CageWork {
    const char *name;
    CageFunction function;
} CageWork;

/* For the main() of a program that runs cages, before anything else but setlocale(3). Returns unless this
 * process is a cage. works ends with {}. */
void cage_main(int argc, char *argv[], const CageWork *works);

/* ----- Outside ----- */

typedef struct CageOptions {
    const char *work;   /* the name of what it does; a string literal */
    const char *worker; /* what it is called in errors: "the unpacker" */
    const char *doing;  /* what it does: "unpacking" */
    /* In new mount, network, ipc, uts and pid namespaces, for which the caller must be root. Otherwise the
     * filter alone keeps it in, which lets through no call that takes a name. */
    bool apart;
    int root;      /* apart: the directory that becomes its root; -EBADF: an empty one */
    bool writable; /* its root; else that is read-only */
    uint64_t capabilities;
    uid_t uid; /* that it becomes, if the caller is root */
    gid_t gid;
    uint64_t memory;        /* bytes; 0: 2 GiB */
    uint64_t file_size;     /* of the largest file that it may make, holes included */
    uint64_t bytes, inodes; /* that it may write and make; for a writable root */
    unsigned seconds;       /* that it may be waited for; 0: an hour */
    const void *argument;   /* not owned; must stay until cage_run() has returned */
    size_t argument_size;
} CageOptions;

#define CAGE_OPTIONS_INIT .root = -EBADF

/* The caller's ends. Each may be NULL: nothing to give; whatever comes out is an error. */
typedef struct CageStreams {
    /* Fills the buffer with what comes next; 0: no more. */
    ssize_t (*give)(void *buffer, size_t size, void *userdata, Error *reterr);
    /* What came out. */
    int (*take)(const void *data, size_t size, void *userdata, Error *reterr);
    void *userdata;
} CageStreams;

typedef struct Cage Cage;

/* Starts a cage, which then waits for its input. It can be started while the caller is root and be run when
 * it is the cage's user. It is killed when the calling thread ends. */
int cage_start(const CageOptions *options, Cage **ret, Error *reterr);

/* Gives it the next bytes of its input, and takes what comes out meanwhile; streams->give is not called.
 * Returns 1 when it has them, or 0 when it wants no more: why is what cage_run(), which must follow, says.
 * Otherwise as cage_run(). */
int cage_feed(Cage *cage, const CageStreams *streams, const void *data, size_t size, Error *reterr);

/* Lets it work to its end. Returns 0 when it says that it has done its work, which is a stranger's word: so
 * are its errors (-EBADMSG), of which control characters are taken away. -ETIME, -EDQUOT: a limit was
 * reached. What give() and take() return is passed on. It may end without reading all of its input. */
int cage_run(Cage *cage, const CageStreams *streams, Error *reterr);

/* How much of what was given it has read. */
uint64_t cage_consumed(const Cage *cage);

/* Kills it, if it is still there. */
void cage_free(Cage *cage);
DEFINE_CLEANUP_FUNC(Cage *, cage_free)
