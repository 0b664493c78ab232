/* SPDX-License-Identifier: Apache-2.0 */
/* An error's words. Functions return a negative errno and, where a user needs to know more, say it in their
 * last parameter `Error *reterr` (may be NULL). The innermost cause is set first, callers put what they were
 * doing before it. Programs print the whole once, with error_print(). */
#pragma once

#include <stdbool.h>

#include "cleanup.h"

enum { ERROR_CHAIN_MAX = 8 };

typedef struct Error {
    char *chain[ERROR_CHAIN_MAX]; /* innermost first */
    unsigned n;
} Error;

#define ERROR_INIT                                                                                           \
    {                                                                                                        \
        .n = 0                                                                                               \
    }

/* Drops the words; the object can be used again. */
void error_done(Error *error);

/* Says the innermost cause, replacing what was said. Returns r, so that `return error_set(reterr, -EINVAL,
 * …)` works. */
int error_set(Error *error, int r, const char *format, ...) _printf_(3, 4);

/* The same with ": " and strerror(-r) behind it. */
int error_set_errno(Error *error, int r, const char *format, ...) _printf_(3, 4);

/* Puts an outer message ("what we were doing") before what was said; with nothing said yet, strerror(-r)
 * becomes the cause. Returns r. */
int error_prefix(Error *error, int r, const char *format, ...) _printf_(3, 4);

/* The innermost cause, or NULL. Owned by the error. */
const char *error_cause(const Error *error);

/* Writes the error to standard error: `<command>: <outermost message>: <innermost cause>`; with debug the
 * whole chain, one message a line, indented by depth. With nothing said, strerror(-r) is the cause. A program
 * that was called answers it in the place of that. */
void error_print(const Error *error, int r, const char *command, bool debug);

#define _cleanup_error_ _cleanup_(error_done)
