/* SPDX-License-Identifier: Apache-2.0 */

#include "table.h"

#include <stdarg.h>
#include <string.h>

#include "string-util.h"

struct Table {
    size_t columns, n, room;
    char **cells;
};

Table *table_new(size_t columns)
{
    Table *table = calloc(1, sizeof(Table));

    if (table)
        table->columns = columns;
    return table;
}

void table_free(Table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->n; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
}

static int table_consume(Table *table, char *text)
{
    if (text && table->n >= table->room) {
        size_t room = table->room > 0 ? table->room * 2 : 64;
        char **larger = reallocarray(table->cells, room, sizeof(char *));

        if (larger) {
            table->cells = larger;
            table->room = room;
        }
    }
    if (!text || table->n >= table->room) {
        free(text);
        return -ENOMEM;
    }
    string_disarm(text, "");
    table->cells[table->n++] = text;
    return 0;
}

int table_add(Table *table, const char *text)
{
    return table_consume(table, strdup(text));
}

int table_addf(Table *table, const char *format, ...)
{
    char *text;
    va_list ap;
    int n;

    va_start(ap, format);
    n = vasprintf(&text, format, ap);
    va_end(ap);
    return table_consume(table, n < 0 ? NULL : text);
}

/* Characters, not bytes, of valid UTF-8. */
static size_t text_width(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char) *s & 0xc0) != 0x80;
    return n;
}

void table_print(const Table *table, FILE *to)
{
    _cleanup_free_ size_t *widths = calloc(table->columns, sizeof(size_t));

    if (!widths)
        return;
    for (size_t i = 0; i < table->n; i++) {
        size_t width = text_width(table->cells[i]) + 1;

        width = (width + 7) / 8 * 8;
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t i = 0; i < table->n; i++) {
        size_t column = i % table->columns;
        size_t width = text_width(table->cells[i]);

        (void) fputs(table->cells[i], to);
        if (column + 1 == table->columns || i + 1 == table->n) {
            (void) fputc('\n', to);
            continue;
        }
        for (; width < widths[column]; width = (width / 8 + 1) * 8)
            (void) fputc('\t', to);
    }
}
