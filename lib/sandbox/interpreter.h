/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the program that the kernel starts for a file, if the file is not a program itself. exec reports
 * "no such file" for the file if its interpreter is missing. The bytes are untrusted. */
#pragma once

#include <limits.h>
#include <stddef.h>

enum { INTERPRETER_HEAD = 4096 };

/* From the first bytes of a file, of which INTERPRETER_HEAD are enough: the word after "#!", or the
 * interpreter of an ELF file. -ENOENT: there is none, or it cannot be determined. */
int interpreter_parse(const void *head, size_t size, char ret[static PATH_MAX]);

/* Finds the missing interpreter of a file for which exec failed. -ENOENT: this is not the reason. */
int interpreter_find_missing(const char *program, char ret[static PATH_MAX]);
