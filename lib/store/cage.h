/* SPDX-License-Identifier: Apache-2.0 */
/* Where trees are unpacked and packed: a process whose root is that tree, without network, processes, mounts
 * or system calls to reach anything else. Documentation/store.md has the list. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

typedef struct Cage {
    const char *worker;    /* what it is called in errors: "the unpacker" */
    const char *work_name; /* what it does: "unpacking" */
    int tree;              /* the directory that becomes its root */
    const int *keep;       /* n_keep descriptors that stay open, in any order */
    size_t n_keep;
    uint64_t capabilities; /* that it keeps */
    unsigned seconds;      /* that it may take; 0: an hour */
    /* What it does, beneath the descriptor of its root. Fills the answer, of at most CAGE_ANSWER_MAX bytes.
     */
    int (*work)(int root, void *answer, void *userdata, Error *reterr);
    void *userdata;
    size_t answer_size;
} Cage;

enum { CAGE_KEEP_MAX = 256, CAGE_ANSWER_MAX = 1024 };

/* Works in a child in new mount, network, ipc, uts and pid namespaces, which is killed when we end, and waits
 * for it. What it answers is a stranger's word, as its errors are. Moves the working directory to "/". */
int cage_run(const Cage *cage, void *ret_answer, Error *reterr);
