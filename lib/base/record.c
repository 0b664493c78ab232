/* SPDX-License-Identifier: Apache-2.0 */

#include "record.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "array.h"

#define KEY_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

static bool must_be_escaped(unsigned char c)
{
    return c < 0x20 || c == 0x7f || c == '%';
}

/* ----- Writing ----- */

static void add_key(Buffer *b, const char *key)
{
    buffer_adds(b, key);
    buffer_adds(b, "=");
}

void record_add(Buffer *b, const char *key, const char *value)
{
    add_key(b, key);
    for (const char *p = value; *p; value = p) {
        while (*p && !must_be_escaped((unsigned char) *p))
            p++;
        buffer_add(b, value, (size_t) (p - value));
        if (*p)
            buffer_addf(b, "%%%02X", (unsigned char) *p++);
    }
    buffer_adds(b, "\n");
}

void record_addv(Buffer *b, const char *key, const char *format, va_list ap)
{
    _cleanup_free_ char *value = NULL;

    if (vasprintf(&value, format, ap) < 0) {
        value = NULL;
        b->failed = true;
    } else
        record_add(b, key, value);
}

void record_addf(Buffer *b, const char *key, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    record_addv(b, key, format, ap);
    va_end(ap);
}

static void add_signed(Buffer *b, const char *key, int64_t value, bool always)
{
    if (value != 0 || always)
        record_addf(b, key, "%" PRIi64, value);
}

static void add_unsigned(Buffer *b, const char *key, uint64_t value, bool always)
{
    if (value != 0 || always)
        record_addf(b, key, "%" PRIu64, value);
}

static void add_string(Buffer *b, const char *key, const char *value, bool always)
{
    if (value || always)
        record_add(b, key, value ? value : "");
}

static size_t number_of(const RecordField *f, const void *object)
{
    return *(const size_t *) ((const char *) object + f->number);
}

static void add_fields(Buffer *b, const RecordField *fields, const void *object, bool first_always);

static void add_field(Buffer *b, const RecordField *f, const void *object, bool always)
{
    const void *field = (const char *) object + f->offset;

    switch (f->kind) {
    case RECORD_STRING: add_string(b, f->key, *(char *const *) field, always); break;
    case RECORD_STRINGS:
        STRV_FOREACH (s, *(char **const *) field)
            record_add(b, f->key, *s);
        break;
    case RECORD_BOOL: add_string(b, f->key, *(const bool *) field ? "yes" : NULL, false); break;
    case RECORD_INT: add_signed(b, f->key, *(const int *) field, always); break;
    case RECORD_I64: add_signed(b, f->key, *(const int64_t *) field, always); break;
    case RECORD_U64: add_unsigned(b, f->key, *(const uint64_t *) field, always); break;
    case RECORD_U32: add_unsigned(b, f->key, *(const uint32_t *) field, always); break;
    case RECORD_U32S:
        for (size_t i = 0; i < number_of(f, object); i++)
            add_unsigned(b, f->key, (*(const uint32_t *const *) field)[i], true);
        break;
    case RECORD_WORD:
        if (*(const int *) field != 0 || always)
            record_add(b, f->key, f->words[*(const int *) field]);
        break;
    case RECORD_OBJECTS:
        for (size_t i = 0; i < number_of(f, object); i++)
            add_fields(b, f->fields, *(const char *const *) field + i * f->size, true);
        break;
    }
}

static void add_fields(Buffer *b, const RecordField *fields, const void *object, bool first_always)
{
    for (const RecordField *f = fields; f->key || f->fields; f++)
        add_field(b, f, object, first_always && f == fields);
}

void record_add_object(Buffer *b, const RecordField *fields, const void *object)
{
    add_fields(b, fields, object, false);
}

/* ----- Reading ----- */

static int hex_value(char c)
{
    return ascii_is_digit(c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place: the result is never longer. */
static int unescape(char *s)
{
    char *to = s;

    for (; *s; s++) {
        int high, low, c = (unsigned char) *s;

        if (c == '%') {
            high = hex_value(s[1]);
            low = high < 0 ? -1 : hex_value(s[2]);
            c = high << 4 | low;
            if (low < 0 || c == 0 || !must_be_escaped((unsigned char) c))
                return -EBADMSG;
            s += 2;
        } else if (must_be_escaped((unsigned char) c))
            return -EBADMSG;
        *to++ = (char) c;
    }
    *to = '\0';
    return 0;
}

int record_next(char **text, char **ret_key, char **ret_value)
{
    char *key = *text, *equals = key + strspn(key, KEY_CHARACTERS), *newline = strchr(key, '\n');
    int r;

    if (*key == '\0')
        return 0;
    *ret_key = key;
    *text = newline ? newline + 1 : key + strlen(key);
    if (newline)
        *newline = '\0';
    if (!newline || equals == key || *equals != '=')
        return -EBADMSG;
    *equals = '\0';
    r = unescape(equals + 1);
    *ret_value = equals + 1;
    return r < 0 ? r : 1;
}

static int take_string(char **field, const char *value)
{
    if (*field)
        return -EBADMSG;
    *field = strdup(value);
    return *field ? 0 : -ENOMEM;
}

static int take_bool(bool *field, const char *value)
{
    int r = parse_bool(value);

    *field = r > 0;
    return r < 0 ? r : 0;
}

static int take_int(int *field, const char *value)
{
    int64_t n;
    int r = parse_i64(value, &n);

    if (r >= 0 && (n < INT_MIN || n > INT_MAX))
        return -ERANGE;
    if (r >= 0)
        *field = (int) n;
    return r;
}

static int take_u32(uint32_t *field, const char *value)
{
    uint64_t n;
    int r = parse_u64(value, &n);

    if (r >= 0 && n > UINT32_MAX)
        return -ERANGE;
    if (r >= 0)
        *field = (uint32_t) n;
    return r;
}

static int take_word(const RecordField *f, int *field, const char *value)
{
    for (int i = 0; f->words[i]; i++)
        if (streq(f->words[i], value)) {
            *field = i;
            return 0;
        }
    return -EBADMSG;
}

static int take_u32s(const RecordField *f, void *object, const char *value)
{
    uint32_t **items = (void *) ((char *) object + f->offset), *added;
    size_t *n = (void *) ((char *) object + f->number);

    added = ARRAY_APPEND(*items, *n);
    return added ? take_u32(added, value) : -ENOMEM;
}

/* The first field of an object's table begins a new object, the others belong to the last one. */
static int take_of_objects(const RecordField *f, void *object, const char *key, const char *value)
{
    void **items = (void *) ((char *) object + f->offset), *last;
    size_t *n = (void *) ((char *) object + f->number);

    if (streq(f->fields->key, key))
        last = array_append(items, n, f->size);
    else if (*n > 0)
        last = (char *) *items + (*n - 1) * f->size;
    else
        return 0;
    return last ? record_take(f->fields, last, key, value) : -ENOMEM;
}

static int take_field(const RecordField *f, void *object, const char *value)
{
    void *field = (char *) object + f->offset;

    switch (f->kind) {
    case RECORD_STRING: return take_string(field, value);
    case RECORD_STRINGS: return strv_extend(field, value);
    case RECORD_BOOL: return take_bool(field, value);
    case RECORD_INT: return take_int(field, value);
    case RECORD_I64: return parse_i64(value, field);
    case RECORD_U64: return parse_u64(value, field);
    case RECORD_U32: return take_u32(field, value);
    case RECORD_U32S: return take_u32s(f, object, value);
    case RECORD_WORD: return take_word(f, field, value);
    case RECORD_OBJECTS: break;
    }
    return -EBADMSG;
}

int record_take(const RecordField *fields, void *object, const char *key, const char *value)
{
    for (const RecordField *f = fields; f->key || f->fields; f++) {
        int r = 0;

        if (f->kind == RECORD_OBJECTS)
            r = take_of_objects(f, object, key, value);
        else if (streq(f->key, key)) {
            r = take_field(f, object, value);
            return r < 0 ? r : 1;
        }
        if (r != 0)
            return r;
    }
    return 0;
}

int record_read(char *text, size_t size, const RecordField *fields, void *object, const char **ret_where)
{
    char *key = NULL, *value;
    int r = strlen(text) == size ? 1 : -EBADMSG;

    while (r > 0) {
        r = record_next(&text, &key, &value);
        if (r > 0) {
            r = record_take(fields, object, key, value);
            r = r == 0 ? -EBADMSG : r;
        }
    }
    if (r < 0 && ret_where)
        *ret_where = key;
    return r;
}

/* ----- Links ----- */

int record_write_link(int dir, const char *name, const RecordField *fields, const void *object)
{
    _cleanup_buffer_ Buffer b = {};
    int r;

    record_add_object(&b, fields, object);
    r = buffer_error(&b);
    if (r < 0)
        return r;
    while (symlinkat(b.data, dir, name) < 0)
        if (errno != EEXIST || unlinkat(dir, name, 0) < 0)
            return -errno;
    return 0;
}

int record_read_link(int dir, const char *name, const RecordField *fields, void *object)
{
    char text[PATH_MAX];
    ssize_t n = readlinkat(dir, name, text, sizeof(text) - 1);
    int r;

    if (n < 0)
        return errno == EINVAL ? -EBADMSG : -errno;
    text[n] = '\0';
    r = record_read(text, (size_t) n, fields, object, NULL);
    return r < 0 && r != -ENOMEM ? -EBADMSG : r;
}

/* ----- Freeing ----- */

static bool owns(RecordKind kind)
{
    return kind == RECORD_STRING || kind == RECORD_STRINGS || kind == RECORD_U32S || kind == RECORD_OBJECTS;
}

static void done_field(const RecordField *f, void *object)
{
    void **field = (void *) ((char *) object + f->offset);

    if (!owns(f->kind))
        return;
    if (f->kind == RECORD_STRINGS)
        strv_free((char **) *field);
    else {
        for (size_t i = 0; f->kind == RECORD_OBJECTS && i < number_of(f, object); i++)
            record_done(f->fields, (char *) *field + i * f->size);
        free(*field);
    }
    *field = NULL;
    if (f->kind == RECORD_U32S || f->kind == RECORD_OBJECTS)
        *(size_t *) (void *) ((char *) object + f->number) = 0;
}

void record_done(const RecordField *fields, void *object)
{
    for (const RecordField *f = fields; f->key || f->fields; f++)
        done_field(f, object);
}
