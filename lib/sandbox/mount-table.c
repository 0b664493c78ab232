/* SPDX-License-Identifier: Apache-2.0 */

#include "mount-table.h"

#include <fcntl.h>

#include "base/file-util.h"
#include "base/string-util.h"

enum { MOUNTINFO_MAX = 64 * 1024 * 1024 };

/* Decodes "\040" and similar, in place. */
static void unescape(char *s)
{
    char *to = s;

    for (; *s; s++)
        if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' && s[3] >= '0' &&
            s[3] <= '7') {
            *to++ = (char) ((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
            s += 3;
        } else
            *to++ = *s;
    *to = '\0';
}

/* "36 35 98:0 ROOT POINT OPTIONS [OPTIONAL…] - TYPE SOURCE OPTIONS", split in place. */
static bool cut_line(char *line, MountEntry *ret)
{
    char *rest = line, *id = strsep(&rest, " ");

    (void) strsep(&rest, " ");
    ret->device = strsep(&rest, " ");
    ret->root = strsep(&rest, " ");
    ret->point = strsep(&rest, " ");
    ret->type = rest ? strstr(rest, " - ") : NULL;
    if (!ret->type || parse_u64(id, &ret->id) < 0)
        return false;
    ret->type += strlen(" - ");
    ret->type[strcspn(ret->type, " ")] = '\0';
    unescape(ret->root);
    unescape(ret->point);
    return true;
}

int mount_table_read(MountTable *ret)
{
    _cleanup_mount_table_ MountTable table = { 0 };
    size_t lines = 1;
    int r = read_file_at(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &table.text, NULL);

    if (r < 0)
        return r;
    for (const char *p = table.text; *p; p++)
        lines += *p == '\n';
    table.entries = calloc(lines, sizeof(MountEntry));
    if (!table.entries)
        return -ENOMEM;
    for (char *rest = table.text, *line; (line = strsep(&rest, "\n"));)
        table.n += cut_line(line, &table.entries[table.n]);
    *ret = TAKE_STRUCT(table);
    return 0;
}

void mount_table_done(MountTable *table)
{
    free(table->entries);
    free(table->text);
    *table = (MountTable){ 0 };
}
