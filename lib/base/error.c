/* SPDX-License-Identifier: Apache-2.0 */
/* If memory runs out while an error is described, a message is left out; the errno remains. */

#include "error.h"

#include <stdarg.h>
#include <string.h>

#include "answer.h"
#include "log.h"
#include "printable.h"
#include "string-util.h"

void error_done(Error *error)
{
    for (unsigned i = 0; i < error->n; i++)
        free(error->chain[i]);
    *error = (Error) ERROR_INIT;
}

static void error_push(Error *error, const char *format, va_list ap)
{
    char *text;

    if (error->n >= ERROR_CHAIN_MAX || vasprintf(&text, format, ap) < 0)
        return;
    string_sanitize(text, "\t");
    error->chain[error->n++] = text;
}

static void error_pushf(Error *error, const char *format, ...) _printf_(2, 3);
static void error_pushf(Error *error, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    error_push(error, format, ap);
    va_end(ap);
}

int error_set(Error *error, int r, const char *format, ...)
{
    va_list ap;

    if (!error)
        return r;
    error_done(error);
    va_start(ap, format);
    error_push(error, format, ap);
    va_end(ap);
    return r;
}

int error_set_errno(Error *error, int r, const char *format, ...)
{
    _cleanup_free_ char *text = NULL;
    va_list ap;

    if (!error)
        return r;
    va_start(ap, format);
    if (vasprintf(&text, format, ap) < 0)
        text = NULL;
    va_end(ap);
    error_done(error);
    if (text)
        error_pushf(error, "%s: %s", text, strerror(-r));
    return r;
}

int error_prefix(Error *error, int r, const char *format, ...)
{
    va_list ap;

    if (!error)
        return r;
    if (error->n == 0)
        error_pushf(error, "%s", strerror(-r));
    va_start(ap, format);
    error_push(error, format, ap);
    va_end(ap);
    return r;
}

const char *error_cause(const Error *error)
{
    return error->n > 0 ? error->chain[0] : NULL;
}

static void answer_error(const Error *error, int r)
{
    if (error->n == 0)
        answer(ANSWER_ERROR, "%s", strerror(-r));
    for (unsigned i = 0; i < error->n; i++)
        answer(ANSWER_ERROR, "%s", error->chain[i]);
    answer(ANSWER_ERROR_CODE, "%d", -r);
}

void error_print(const Error *error, int r, const char *command, bool debug)
{
    const char *level = log_error_prefix();

    if (answer_is_asked()) {
        answer_error(error, r);
        return;
    }
    if (error->n == 0) {
        fprintf(stderr, "%s%s: %s\n", level, command, strerror(-r));
        return;
    }
    if (debug) {
        fprintf(stderr, "%s%s: %s\n", level, command, error->chain[error->n - 1]);
        for (unsigned i = error->n - 1; i-- > 0;)
            fprintf(stderr, "%s%*s└─%s\n", level, (int) (2 * (error->n - 1 - i)), "", error->chain[i]);
        return;
    }
    if (error->n == 1)
        fprintf(stderr, "%s%s: %s\n", level, command, error->chain[0]);
    else
        fprintf(stderr, "%s%s: %s: %s\n", level, command, error->chain[error->n - 1], error->chain[0]);
}
