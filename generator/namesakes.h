/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that machined would call the same. */
#pragma once

#include "search.h"
#include "unit/machine-name.h"

typedef struct MachineName {
    char name[MACHINE_NAME_MAX + 1];
    const SearchItem *item; /* not owned */
} MachineName;

/* Of those pods only whose name has to be changed for machined; the others can't meet each other. */
typedef struct Namesakes {
    MachineName *names; /* sorted by name, then by the pod's */
    size_t n;
} Namesakes;

int namesakes_collect(Namesakes *namesakes, const Search *search);
void namesakes_done(Namesakes *namesakes);

/* The pod that has the machine's name before this one: one that has it unchanged, or the first in the
 * alphabet. NULL when it is this pod's. */
const SearchItem *namesakes_find(const Namesakes *namesakes, const Search *search, const SearchItem *item);
