/* SPDX-License-Identifier: Apache-2.0 */
/* Text of unit files: words as systemd.syntax(7) and systemd.service(5) unquote them. Specifiers ("%i",
 * "%%") are left for PID 1 to replace; all other text has its original value after PID 1 has parsed it. */
#pragma once

#include "base/string-util.h"

enum { UNIT_LINE_MAX = 1024 * 1024 }; /* the longest line that systemd reads, including continuations */

typedef enum UnitWordKind {
    UNIT_WORD_PLAIN, /* settings that are lists of words, such as RequiresMountsFor= */
    UNIT_WORD_EXEC,  /* command lines: "$" is doubled, too */
} UnitWordKind;

/* Adds one word, quoted if necessary. The value must be UTF-8 without newline. */
void unit_add_word(Buffer *b, UnitWordKind kind, const char *word);

/* Adds "--FLAG=VALUE" as one word of a command line. */
void unit_add_flag(Buffer *b, const char *flag, const char *value);

/* The first character after a "%" that does not make a specifier of units ("%z": 'z'; "%" at the end: 0),
 * or -1. */
int unit_unknown_specifier(const char *value);
