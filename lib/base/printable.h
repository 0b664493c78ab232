/* SPDX-License-Identifier: Apache-2.0 */
/* Which text may be printed on a terminal. Lists, statuses and errors show text from images, servers and
 * apps to an administrator. It must not control the terminal or make one line look like another. */
#pragma once

#include <stddef.h>

/* The length in bytes of the character at the beginning of s, which has size bytes. 0: it must not be
 * printed, because it is a control character (C0, DEL, C1), reorders or breaks a line (direction marks,
 * U+2028, U+2029), or is not UTF-8. */
size_t printable_character(const char *s, size_t size);

/* Replaces each byte that must not be printed with "?", except the characters in kept ("\t"). */
void string_sanitize(char *s, const char *kept);
