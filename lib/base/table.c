/* SPDX-License-Identifier: Apache-2.0 */

#include "table.h"

#include <stdarg.h>
#include <string.h>

#include "printable.h"
#include "string-util.h"

enum { TAB = 8 };

struct Table {
    Buffer cells; /* each ends with NUL */
    size_t n, columns;
    size_t widths[];
};

Table *table_new(size_t columns)
{
    Table *table = calloc(1, sizeof(Table) + columns * sizeof(size_t));

    if (table)
        table->columns = columns;
    return table;
}

void table_free(Table *table)
{
    if (!table)
        return;
    buffer_done(&table->cells);
    free(table);
}

/* Characters, not bytes, of valid UTF-8. */
static size_t text_width(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char) *s & 0xc0) != 0x80;
    return n;
}

/* The text from `at` on becomes a new cell. */
static int end_cell(Table *table, size_t at)
{
    size_t *width = &table->widths[table->n % table->columns], own;
    int r;

    buffer_add(&table->cells, "", 1);
    r = buffer_error(&table->cells);
    if (r < 0)
        return r;
    string_sanitize(table->cells.data + at, "");
    own = (text_width(table->cells.data + at) / TAB + 1) * TAB;
    if (own > *width)
        *width = own;
    table->n++;
    return 0;
}

int table_add(Table *table, const char *text)
{
    size_t at = table->cells.size;

    buffer_adds(&table->cells, text);
    return end_cell(table, at);
}

int table_addf(Table *table, const char *format, ...)
{
    size_t at = table->cells.size;
    va_list ap;

    va_start(ap, format);
    buffer_addv(&table->cells, format, ap);
    va_end(ap);
    return end_cell(table, at);
}

void table_print(const Table *table, FILE *to)
{
    _cleanup_buffer_ Buffer b = {};
    const char *cell = table->cells.data;

    for (size_t i = 0; i < table->n; i++, cell += strlen(cell) + 1) {
        size_t column = i % table->columns;

        buffer_adds(&b, cell);
        if (column + 1 == table->columns || i + 1 == table->n)
            buffer_adds(&b, "\n");
        else
            for (size_t at = text_width(cell); at < table->widths[column]; at = (at / TAB + 1) * TAB)
                buffer_adds(&b, "\t");
    }
    if (b.size > 0)
        (void) fwrite(b.data, 1, b.size, to);
}
