/* SPDX-License-Identifier: Apache-2.0 */
/* The side of a program that another program of ours has called (base/call.h): what it answers are records
 * (base/record.h) on a descriptor of its own, and so, by itself, is its error (error_print()). Messages go to
 * standard error, unless the descriptor is standard output: then standard error is not the caller's, and they
 * are answered as well (base/log.h). Where nobody has called, it is a program like any other. */
#pragma once

#include <stdbool.h>

#include "cleanup.h"

/* The environment variable with the number of the descriptor. */
#define ANSWER_VARIABLE "RKT_ANSWER_FD"

/* Keys that no answer has but those which call_run() understands itself. */
#define ANSWER_MESSAGE "message"  /* a line for standard error, with its level as in sd-daemon(3) */
#define ANSWER_ERROR "error"      /* the error's words, innermost first, and after them */
#define ANSWER_ERROR_CODE "errno" /* its number */

/* First of all: takes the descriptor, which no child of this program will have. */
void answer_begin(void);

/* Whether somebody waits for an answer; and for messages in it. */
bool answer_is_asked(void);
bool answer_has_messages(void);

/* Answers one record, at once; nothing when nobody waits for one. */
void answer(const char *key, const char *format, ...) _printf_(2, 3);
