/* SPDX-License-Identifier: Apache-2.0 */
/* From a declared pod to its unit: the steps of the generator for each pod, also for `rkt pod`. */
#pragma once

#include "search.h"
#include "translate.h"

/* Returns 1 if the pod is masked, 0, or a negative errno with a one-line error; then file has what could be
 * read, for translate_stub(). path is the result of search_path(). */
int generate_unit(const Search *search, const SearchItem *item, const char *path, PodFile *file,
                  GeneratedUnit *unit, Error *reterr);
