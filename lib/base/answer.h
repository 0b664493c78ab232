/* SPDX-License-Identifier: Apache-2.0 */
/* The side of a program that another program of ours has called (base/call.h). It answers records
 * (base/record.h) on a separate descriptor; error_print() sends its error the same way. Messages go to
 * standard error, unless the descriptor is standard output: then standard error is not the caller's, and
 * messages are part of the answer (base/log.h). If no program has called it, it is a program like any
 * other. */
#pragma once

#include <stdbool.h>

#include "cleanup.h"

/* The environment variable with the number of the descriptor. */
#define ANSWER_VARIABLE "RKT_ANSWER_FD"

/* Keys that only call_run() itself understands; no answer may use them. */
#define ANSWER_MESSAGE "message"  /* a line for standard error, with its level as in sd-daemon(3) */
#define ANSWER_ERROR "error"      /* the error's messages, innermost first, followed by */
#define ANSWER_ERROR_CODE "errno" /* its number */

/* Must be called first: takes the descriptor, which no child of this program gets. */
void answer_begin(void);

/* Whether a caller waits for an answer; whether messages are part of it. */
bool answer_is_asked(void);
bool answer_has_messages(void);

/* Answers one record, at once. Does nothing if no caller waits for one. */
void answer(const char *key, const char *format, ...) _printf_(2, 3);
