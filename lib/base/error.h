/* SPDX-License-Identifier: Apache-2.0 */
/* The text of an error. Functions return a negative errno and, if a user needs more, fill their last
 * parameter `Error *reterr` (may be NULL). The innermost cause is set first; callers put before it what
 * they were doing. Programs print the whole once, with error_print(). */
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

/* Frees the messages; the object can be used again. */
void error_done(Error *error);

/* Sets the innermost cause and drops earlier messages. Returns r, so that `return error_set(reterr,
 * -EINVAL, …)` works. */
int error_set(Error *error, int r, const char *format, ...) _printf_(3, 4);

/* The same with ": " and strerror(-r) at the end. */
int error_set_errno(Error *error, int r, const char *format, ...) _printf_(3, 4);

/* Puts an outer message ("what we were doing") before the messages so far. Without any, strerror(-r)
 * becomes the cause. Returns r. */
int error_prefix(Error *error, int r, const char *format, ...) _printf_(3, 4);

/* The innermost cause, or NULL. Owned by the error. */
const char *error_cause(const Error *error);

/* Writes the error to standard error: `<command>: <outermost message>: <innermost cause>`; with debug the
 * whole chain, one message a line, indented by depth. Without any message strerror(-r) is the cause. A
 * called program sends the error to its caller instead. */
void error_print(const Error *error, int r, const char *command, bool debug);

#define _cleanup_error_ _cleanup_(error_done)
