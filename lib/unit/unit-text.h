/* SPDX-License-Identifier: Apache-2.0 */
/* Text of unit files: words as systemd.syntax(7) and systemd.service(5) unquote them. Specifiers ("%i", "%%")
 * stay what they are; everything else comes out of PID 1 as it went in. */
#pragma once

#include "base/string-util.h"

enum { UNIT_LINE_MAX = 1024 * 1024 }; /* systemd reads no longer line, continuations included */

typedef enum UnitWordKind {
    UNIT_WORD_PLAIN, /* settings that take words, as RequiresMountsFor= */
    UNIT_WORD_EXEC,  /* command lines: "$" is doubled, too */
} UnitWordKind;

/* Adds one word, quoted where it must be. The value must be UTF-8 without newline. */
void unit_add_word(Buffer *b, UnitWordKind kind, const char *word);

/* Adds "--FLAG=VALUE" as one word of a command line. */
void unit_add_flag(Buffer *b, const char *flag, const char *value);

/* The first character behind a "%" that is not a specifier of units, or -1: "%z" gives 'z', a "%" at the end
 * gives 0. */
int unit_unknown_specifier(const char *value);
