/* SPDX-License-Identifier: Apache-2.0 */
/* Output in columns in the original's form: cells are padded with tabs to a multiple of 8, with at least
 * one space between them. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "cleanup.h"

typedef struct Table Table;

/* An empty table with this many columns, at least 1. NULL: out of memory. */
Table *table_new(size_t columns);
void table_free(Table *table);
DEFINE_CLEANUP_FUNC(Table *, table_free)

/* Adds the next cell (copied, without control characters); rows fill from left to right. */
int table_add(Table *table, const char *text);
int table_addf(Table *table, const char *format, ...) _printf_(2, 3);
void table_print(const Table *table, FILE *to);
