/* SPDX-License-Identifier: Apache-2.0 */
/* What may go to a terminal. Text from images, servers and apps reaches an administrator's terminal by lists,
 * statuses and errors: none of it may control the terminal or make a line look like another. */
#pragma once

#include <stddef.h>

/* The length in bytes of the character that s, of size bytes, begins with. 0: it may not be shown, because it
 * is a control character (C0, DEL, C1), it reorders or breaks a line (marks of direction, U+2028, U+2029), or
 * it is not UTF-8. */
size_t printable_character(const char *s, size_t size);

/* Puts "?" in the place of each byte that may not be shown, but the characters of kept ("\t"). */
void string_sanitize(char *s, const char *kept);
