/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on standard error, or in an answer that has messages (base/answer.h). Libraries only call
 * log_debug(); programs print everything else. If standard error is a stream of the journal, lines carry
 * the <N> level prefix of sd-daemon(3). */
#pragma once

#include <stdbool.h>

#include "cleanup.h"

/* Sets the name before each message and whether debug messages are shown. The name is not copied. */
void log_setup(const char *command, bool debug);

/* What an error begins with if it is printed in another way: the prefix, or "". */
const char *log_error_prefix(void);

/* Each call is one message, on its own line, formatted as by printf(3). Debug messages are shown only after
 * log_setup() with debug. */
void log_debug(const char *format, ...) _printf_(1, 2);
void log_info(const char *format, ...) _printf_(1, 2);
/* Logs "image: using image from FROM WHAT", with the original's words for FROM. */
void log_image(const char *from, const char *what);
void log_warning(const char *format, ...) _printf_(1, 2);
void log_error(const char *format, ...) _printf_(1, 2);

/* Prints a message of a called program, with its prefix. The string is changed. */
void log_pass_on(char *message);
