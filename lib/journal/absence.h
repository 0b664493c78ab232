/* SPDX-License-Identifier: Apache-2.0 */
/* Notes in a journal namespace's directory since when no pod file declares it. That a file is missing at
 * the moment proves little: pods.d may not be mounted yet, or is just being rewritten. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Notes that the declaration is missing now. Returns 1 if it was missing at the last check too, since
 * *ret_since_ns (since the epoch), and this boot has seen that as well; 0: it is missing only from now on. */
int journal_absence_note(int directory, int64_t *ret_since_ns);

/* Notes that it exists. */
int journal_absence_forget(int directory);
