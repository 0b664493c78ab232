/* SPDX-License-Identifier: Apache-2.0 */
/* Lines follow PID 1's rules, so that users need to know only one set: a backslash at the end continues the
 * line and becomes a blank; comment lines within are skipped; an empty line ends it. Where PID 1 only
 * warns, this is an error here: a typing mistake must never confine a pod less than its file asks for. */

#include "podfile/pod-file.h"

#include <ctype.h>
#include <string.h>

#include "base/name.h"
#include "base/array.h"
#include "base/string-util.h"
#include "podfile/keys.h"
#include "podfile/quadlet.h"

typedef struct Reader {
    PodFile *file;
    const char *path;
    size_t section;      /* index, or SIZE_MAX before the first header and after an invalid one */
    bool skipping;       /* after an invalid header: no more errors about it … */
    const char *quadlet; /* … except those about keys of the Quadlet section of this name */
    Error *reterr;
    int first; /* the first error */
} Reader;

void pod_file_done(PodFile *file)
{
    for (size_t i = 0; i < file->n_sections; i++)
        free(file->sections[i].entries);
    free(file->sections);
    strv_free(file->texts);
    *file = (PodFile){ 0 };
}

PodSection *pod_file_section(const PodFile *file, PodSectionKind kind)
{
    for (size_t i = 0; i < file->n_sections; i++)
        if (file->sections[i].kind == kind)
            return &file->sections[i];
    return NULL;
}

int pod_file_complainv(const PodFile *file, Error *reterr, const char *path, unsigned line,
                       const char *format, va_list ap)
{
    _cleanup_free_ char *words = NULL;

    if (vasprintf(&words, format, ap) < 0) {
        words = NULL;
        return -ENOMEM;
    }
    if (file->on_error)
        file->on_error(file->userdata, path, line, words);
    return line > 0 ? error_set(reterr, -EINVAL, "%s:%u: %s", path, line, words)
                    : error_set(reterr, -EINVAL, "%s: %s", path, words);
}

int pod_file_complain(const PodFile *file, Error *reterr, const char *path, unsigned line, const char *format,
                      ...)
{
    va_list ap;
    int r;

    va_start(ap, format);
    r = pod_file_complainv(file, reterr, path, line, format, ap);
    va_end(ap);
    return r;
}

/* The caller gets the first error; on_error gets all of them. */
static void complain(Reader *reader, unsigned line, const char *format, ...) _printf_(3, 4);
static void complain(Reader *reader, unsigned line, const char *format, ...)
{
    bool first = reader->first >= 0;
    va_list ap;
    int r;

    if (!first && !reader->file->on_error)
        return;
    va_start(ap, format);
    r = pod_file_complainv(reader->file, first ? reader->reterr : NULL, reader->path, line, format, ap);
    va_end(ap);
    if (first)
        reader->first = r;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char *skip_blanks(char *s)
{
    while (is_blank(*s))
        s++;
    return s;
}

static char *strip(char *s)
{
    size_t n;

    s = skip_blanks(s);
    for (n = strlen(s); n > 0 && is_blank(s[n - 1]); n--)
        s[n - 1] = '\0';
    return s;
}

/* Finds the section or adds it. */
static int section_at(Reader *reader, PodSectionKind kind, const char *app, unsigned line)
{
    PodFile *file = reader->file;
    PodSection *added;

    for (size_t i = 0; i < file->n_sections; i++)
        if (file->sections[i].kind == kind && streq_ptr(file->sections[i].app, app)) {
            reader->section = i;
            return 0;
        }
    if (file->n_entries >= POD_FILE_ENTRIES_MAX) {
        complain(reader, line, "more than %d lines", POD_FILE_ENTRIES_MAX);
        return 0;
    }
    reader->section = file->n_sections;
    added = ARRAY_APPEND(file->sections, file->n_sections);
    if (!added)
        return -ENOMEM;
    file->n_entries++;
    *added = (PodSection){ .kind = kind, .app = app, .path = reader->path, .line = line };
    return 0;
}

static int read_header(Reader *reader, char *header, unsigned line)
{
    size_t n = strlen(header);
    char *app = NULL, *colon;
    PodSectionKind kind;

    reader->section = SIZE_MAX;
    reader->skipping = true;
    reader->quadlet = NULL;
    if (header[n - 1] != ']') {
        complain(reader, line, "a section's name ends with \"]\"");
        return 0;
    }
    header[n - 1] = '\0';
    header++;
    if (startswith(header, "X-"))
        return 0;
    colon = strchr(header, ':');
    if (colon) {
        *colon = '\0';
        app = strip(colon + 1);
    }
    kind = pod_section_from_string(header);
    if (kind < 0) {
        const char *near = pod_section_nearest(header), *counterpart = quadlet_section_counterpart(header);

        if (counterpart) {
            complain(reader, line, "unknown section [%s%s%s]: %s", header, app ? ":" : "", app ? app : "",
                     counterpart);
            reader->quadlet = header;
        } else
            complain(reader, line,
                     near ? "unknown section [%s%s%s], did you mean [%s]?" : "unknown section [%s%s%s]",
                     header, app ? ":" : "", app ? app : "", near);
        return 0;
    }
    if (app && kind != POD_SECTION_APP) {
        complain(reader, line, "only [App:NAME] has a name");
        return 0;
    }
    if (app && !ac_name_is_valid(app)) {
        complain(reader, line,
                 "\"%s\" is not a valid name for an app: lowercase letters and digits, single \"-\" between "
                 "them",
                 app);
        return 0;
    }
    reader->skipping = false;
    return section_at(reader, kind, app, line);
}

static int add_entry(Reader *reader, PodEntry entry)
{
    PodSection *section = &reader->file->sections[reader->section];
    PodEntry *added = ARRAY_APPEND(section->entries, section->n_entries);

    if (!added)
        return -ENOMEM;
    *added = entry;
    reader->file->n_entries++;
    return 0;
}

static void complain_of_quadlet(Reader *reader, const char *key, unsigned line)
{
    const char *counterpart = quadlet_key_counterpart(reader->quadlet, key);

    if (counterpart)
        complain(reader, line, "unknown key \"%s=\" in [%s]: %s", key, reader->quadlet, counterpart);
}

static int read_assignment(Reader *reader, char *text, unsigned line)
{
    char *equals = strchr(text, '=');
    PodEntry entry = { .path = reader->path, .line = line };

    if (reader->skipping) {
        if (reader->quadlet && equals) {
            *equals = '\0';
            complain_of_quadlet(reader, strip(text), line);
        }
        return 0;
    }
    if (!equals) {
        complain(reader, line, "neither [SECTION] nor KEY=VALUE");
        return 0;
    }
    *equals = '\0';
    entry.key = strip(text);
    entry.value = strip(equals + 1);
    if (*entry.key == '\0')
        complain(reader, line, "nothing stands before \"=\"");
    else if (reader->section == SIZE_MAX)
        complain(reader, line, "\"%s=\" stands before the first [SECTION]", entry.key);
    else if (reader->file->n_entries >= POD_FILE_ENTRIES_MAX)
        complain(reader, line, "more than %d lines", POD_FILE_ENTRIES_MAX);
    else
        return add_entry(reader, entry);
    return 0;
}

static int read_line(Reader *reader, char *text, unsigned line)
{
    text = strip(text);
    if (*text == '\0')
        return 0;
    if (*text == '[')
        return read_header(reader, text, line);
    return read_assignment(reader, text, line);
}

/* Returns the next line of the file and advances past it. NULL: the end. */
static char *next_line(char **rest, char *end)
{
    char *line = *rest, *newline;
    size_t n;

    if (line >= end)
        return NULL;
    newline = memchr(line, '\n', (size_t) (end - line));
    *rest = newline ? newline + 1 : end;
    n = (size_t) ((newline ? newline : end) - line);
    if (n > 0 && line[n - 1] == '\r')
        n--;
    line[n] = '\0';
    return line;
}

static bool is_comment(char *line)
{
    line = skip_blanks(line);
    return *line == '#' || *line == ';';
}

/* An odd number of backslashes at the end continues the line. */
static bool is_continued(const char *line, size_t n)
{
    size_t backslashes = 0;

    while (backslashes < n && line[n - 1 - backslashes] == '\\')
        backslashes++;
    return backslashes % 2 == 1;
}

static bool is_control(char c)
{
    return ((unsigned char) c < 0x20 && c != '\t') || c == 0x7f;
}

/* One pass, because nearly every line is ASCII. */
static void check_characters(Reader *reader, const char *line, unsigned number)
{
    unsigned char bits = 0;
    const char *s;

    for (s = line; *s && !is_control(*s); s++)
        bits |= (unsigned char) *s;
    if (*s)
        complain(reader, number, "a control character (write it as an escape, in quotes)");
    else if (!isascii(bits) && !utf8_is_valid(line))
        complain(reader, number, "the line is not UTF-8");
}

static int read_lines(Reader *reader, char *text, char *end)
{
    char *rest = text, *whole = NULL, *to = NULL, *line;
    unsigned number = 0, start = 0;
    int r;

    while ((line = next_line(&rest, end))) {
        size_t n = strlen(line);
        bool continued;

        number++;
        if (is_comment(line))
            continue;
        check_characters(reader, line, number);
        if (!whole) {
            whole = to = line;
            start = number;
        } else
            memmove(to, line, n + 1);
        continued = is_continued(to, n);
        to += n;
        if (continued) {
            to[-1] = ' ';
            continue;
        }
        r = read_line(reader, whole, start);
        if (r < 0)
            return r;
        whole = NULL;
    }
    if (!whole)
        return 0;
    complain(reader, start, "the line is continued after the end of the file");
    return 0;
}

int pod_file_parse(PodFile *file, const char *path, char *text, size_t size, Error *reterr)
{
    Reader reader = { .file = file, .path = path, .section = SIZE_MAX, .reterr = reterr };
    char *start = text, *nul;
    int r;

    r = strv_consume(&file->texts, text);
    if (r < 0)
        return r;
    nul = memchr(text, '\0', size);
    if (nul) {
        unsigned line = 1;

        for (const char *s = text; s < nul; s++)
            line += *s == '\n';
        complain(&reader, line, "a NUL byte: this is not a text file");
        return reader.first;
    }
    if (startswith(text, "\xef\xbb\xbf"))
        start += 3;
    r = read_lines(&reader, start, text + size);
    return r < 0 ? r : reader.first;
}
