/* SPDX-License-Identifier: Apache-2.0 */
/* From a declared pod to its unit: what the generator does for each, and `rkt pod` to tell of it. */
#pragma once

#include "search.h"
#include "translate.h"

/* Returns 1 when the pod is masked, 0, or a negative errno with the one line that is said of it; file then
 * has what could be read, for translate_stub(). path is search_path()'s. */
int generate_unit(const Search *search, const SearchItem *item, const char *path, PodFile *file,
                  GeneratedUnit *unit, Error *reterr);
