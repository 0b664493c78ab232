/* SPDX-License-Identifier: Apache-2.0 */
/* A sequence of steps as a table, in the order in which they are performed, each with the words for what it
 * does. A table is an array of structs with the fields
 *
 *     const char *doing;                            "join the pod's namespaces"
 *     int (*perform)(Context *, Error *reterr);     0 or a negative errno
 */
#pragma once

#include "base/error.h"

/* A step that has not said itself what went wrong: "cannot <doing>: <errno>". */
static inline int step_explain(const char *doing, int r, Error *reterr)
{
    return r < 0 && reterr->n == 0 ? error_set_errno(reterr, r, "cannot %s", doing) : r;
}

/* Performs the steps of a table until one fails. reterr may not be NULL, and has said nothing yet. Returns 0,
 * or the errno of the step that failed, which is explained then. */
#define STEPS_PERFORM(steps, context, reterr)                                                                \
    ({                                                                                                       \
        int _r = 0;                                                                                          \
        for (size_t _i = 0; _r >= 0 && _i < ELEMENTSOF(steps); _i++)                                         \
            _r = step_explain((steps)[_i].doing, (steps)[_i].perform((context), (reterr)), (reterr));        \
        _r < 0 ? _r : 0;                                                                                     \
    })
