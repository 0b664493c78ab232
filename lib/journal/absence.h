/* SPDX-License-Identifier: Apache-2.0 */
/* Since when a journal namespace is declared by no pod file any more, noted in its directory. A file that is
 * not there at the moment says little: pods.d may not be mounted yet, or is being written anew. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Notes that the declaration is not there now. Returns 1 when it was not there the last time either, since
 * *ret_since_ns (since the epoch), which this boot has seen as well; 0: it lasts only from now on. */
int journal_absence_note(int directory, int64_t *ret_since_ns);

/* It is there. */
int journal_absence_forget(int directory);
