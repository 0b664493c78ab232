/* SPDX-License-Identifier: Apache-2.0 */
/* Which program the kernel starts for a file that is not a program itself: exec says "no such file" of the
 * file when it is the interpreter that is missing. The bytes are a stranger's. */
#pragma once

#include <limits.h>
#include <stddef.h>

enum { INTERPRETER_HEAD = 4096 };

/* From a file's first bytes, of which INTERPRETER_HEAD are enough: the word behind "#!", or what an ELF file
 * asks for. -ENOENT: it asks for none, or it can't be told. */
int interpreter_parse(const void *head, size_t size, char ret[static PATH_MAX]);

/* Finds the interpreter that is missing, of a file that exec did not find: -ENOENT when that is not why. */
int interpreter_find_missing(const char *program, char ret[static PATH_MAX]);
