/* SPDX-License-Identifier: Apache-2.0 */

#include "string-util.h"

#include <ctype.h>

bool is_one_of(const char *value, const char *words)
{
    size_t n = strlen(value);

    for (const char *word = words; n > 0; word++) {
        size_t length = strcspn(word, "|");

        if (n == length && strncmp(value, word, n) == 0)
            return true;
        word += length;
        if (*word == '\0')
            break;
    }
    return false;
}

bool endswith(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && streq(s + n - m, suffix);
}

size_t utf8_character(const char *text, size_t size)
{
    static const struct {
        unsigned char first, last, low, high;
        size_t length;
    } rows[] = {
        { 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    const unsigned char *s = (const unsigned char *) text;

    for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
        if (s[0] < rows[i].first || s[0] > rows[i].last)
            continue;
        if (rows[i].length > size || (rows[i].length > 1 && (s[1] < rows[i].low || s[1] > rows[i].high)))
            return 0;
        for (size_t k = 2; k < rows[i].length; k++)
            if ((s[k] & 0xc0) != 0x80)
                return 0;
        return rows[i].length;
    }
    return 0;
}

uint32_t utf8_code_point(const char *s, size_t length)
{
    static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t code = (unsigned char) s[0] & first_bits[length];

    for (size_t i = 1; i < length; i++)
        code = code << 6 | ((unsigned char) s[i] & 0x3f);
    return code;
}

bool utf8_is_valid(const char *s)
{
    while (*s) {
        /* No character continues after a NUL. */
        size_t n = isascii(*s) ? 1 : utf8_character(s, SIZE_MAX);

        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

void strv_free(char **v)
{
    STRV_FOREACH (s, v)
        free(*s);
    free(v);
}

size_t strv_length(char *const *v)
{
    size_t n = 0;

    STRV_FOREACH (s, v)
        n++;
    return n;
}

bool strv_contains(char *const *v, const char *wanted)
{
    STRV_FOREACH (s, v)
        if (streq(*s, wanted))
            return true;
    return false;
}

int strv_consume(char ***v, char *s)
{
    size_t n;
    char **larger;

    if (!s)
        return -ENOMEM;
    n = strv_length(*v);
    /* Grows at powers of two, so that appending n strings copies O(n). */
    if (n == 0 || ((n + 1) & n) == 0) {
        larger = reallocarray(*v, (n + 1) * 2, sizeof(char *));
        if (!larger) {
            free(s);
            return -ENOMEM;
        }
        *v = larger;
    }
    (*v)[n] = s;
    (*v)[n + 1] = NULL;
    return 0;
}

int strv_extend(char ***v, const char *s)
{
    return strv_consume(v, strdup(s));
}

int strv_extendf(char ***v, const char *format, ...)
{
    va_list ap;
    char *s;
    int n;

    va_start(ap, format);
    n = vasprintf(&s, format, ap);
    va_end(ap);
    return n < 0 ? -ENOMEM : strv_consume(v, s);
}

int strv_set_variable(char ***v, const char *name, const char *value)
{
    size_t n = strlen(name);
    char *pair;

    if (asprintf(&pair, "%s=%s", name, value) < 0)
        return -ENOMEM;
    for (char **s = *v; s && *s; s++)
        if (strncmp(*s, name, n) == 0 && (*s)[n] == '=') {
            free(*s);
            *s = pair;
            return 0;
        }
    return strv_consume(v, pair);
}

int strv_copy(char *const *v, char ***ret)
{
    _cleanup_strv_ char **copy = NULL;

    STRV_FOREACH (s, v) {
        int r = strv_extend(&copy, *s);
        if (r < 0)
            return r;
    }
    *ret = TAKE_PTR(copy);
    return 0;
}

int strv_split(const char *s, const char *separators, char ***ret)
{
    _cleanup_strv_ char **v = NULL;

    for (;;) {
        size_t n;
        int r;

        s += strspn(s, separators);
        if (*s == '\0')
            break;
        n = strcspn(s, separators);
        r = strv_consume(&v, strndup(s, n));
        if (r < 0)
            return r;
        s += n;
    }
    *ret = TAKE_PTR(v);
    return 0;
}

char *strv_join(char *const *v, const char *separator)
{
    _cleanup_buffer_ Buffer b = { 0 };
    char *joined;

    STRV_FOREACH (s, v) {
        if (s != v)
            buffer_adds(&b, separator);
        buffer_adds(&b, *s);
    }
    return buffer_steal(&b, &joined) < 0 ? NULL : joined;
}

char *strv_concat(const char *const *v)
{
    size_t size = 1;
    char *joined, *end;

    for (const char *const *s = v; *s; s++)
        size += strlen(*s);
    joined = end = malloc(size);
    if (!joined)
        return NULL;
    *end = '\0';
    for (const char *const *s = v; *s; s++)
        end = stpcpy(end, *s);
    return joined;
}

static bool buffer_reserve(Buffer *b, size_t more)
{
    size_t room = b->room > 0 ? b->room : 256;
    char *larger;

    if (more < b->room - b->size)
        return true;
    if (b->failed || more > SIZE_MAX / 4 - b->size)
        return !(b->failed = true);
    while (room < b->size + more + 1)
        room *= 2;
    larger = realloc(b->data, room);
    if (!larger)
        return !(b->failed = true);
    b->data = larger;
    b->room = room;
    return true;
}

void buffer_add(Buffer *b, const void *data, size_t size)
{
    if (!buffer_reserve(b, size))
        return;
    if (size > 0)
        memcpy(b->data + b->size, data, size);
    b->size += size;
    b->data[b->size] = '\0';
}

void buffer_add_strv(Buffer *b, const char *const *v)
{
    for (; *v; v++)
        buffer_adds(b, *v);
}

void buffer_addv(Buffer *b, const char *format, va_list ap)
{
    size_t left = b->failed ? 0 : b->room - b->size;
    va_list again;
    int n;

    /* Usually the text fits, and one pass is enough. */
    va_copy(again, ap);
    n = vsnprintf(left > 0 ? b->data + b->size : NULL, left, format, ap);
    if (n < 0 || !buffer_reserve(b, (size_t) n))
        b->failed = true;
    else if ((size_t) n >= left)
        (void) vsnprintf(b->data + b->size, (size_t) n + 1, format, again);
    va_end(again);
    if (!b->failed)
        b->size += (size_t) n;
}

void buffer_addf(Buffer *b, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    buffer_addv(b, format, ap);
    va_end(ap);
}

int buffer_error(const Buffer *b)
{
    return b->failed ? -ENOMEM : 0;
}

int buffer_steal(Buffer *b, char **ret)
{
    if (!b->data)
        buffer_add(b, "", 0);
    if (b->failed)
        return -ENOMEM;
    *ret = b->data;
    *b = (Buffer){ 0 };
    return 0;
}

void buffer_done(Buffer *b)
{
    free(b->data);
    *b = (Buffer){ 0 };
}

int parse_bool(const char *s)
{
    static const char *const yes[] = { "1", "t", "T", "TRUE", "true", "True", "yes", "on", "y" };
    static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False", "no", "off", "n" };

    for (size_t i = 0; i < ELEMENTSOF(yes); i++) {
        if (streq(s, yes[i]))
            return 1;
        if (streq(s, no[i]))
            return 0;
    }
    return -EINVAL;
}

int parse_u64(const char *s, uint64_t *ret)
{
    unsigned long long value;
    char *end;

    if (!isdigit((unsigned char) *s))
        return -EINVAL;
    errno = 0;
    value = strtoull(s, &end, 10);
    if (*end != '\0')
        return -EINVAL;
    if (errno == ERANGE)
        return -ERANGE;
    *ret = value;
    return 0;
}

int parse_i64(const char *s, int64_t *ret)
{
    uint64_t value;
    bool negative = *s == '-';
    int r = parse_u64(s + (negative || *s == '+'), &value);

    if (r < 0)
        return r;
    if (value > (uint64_t) INT64_MAX + negative)
        return -ERANGE;
    *ret = negative ? (int64_t) (0 - value) : (int64_t) value;
    return 0;
}

int parse_mode(const char *s, mode_t *ret)
{
    unsigned long value;
    char *end;

    if (*s < '0' || *s > '7')
        return -EINVAL;
    errno = 0;
    value = strtoul(s, &end, 8);
    if (*end != '\0')
        return -EINVAL;
    if (value > 07777 || errno == ERANGE)
        return -ERANGE;
    *ret = (mode_t) value;
    return 0;
}

/* Levenshtein distance, case-insensitive, of strings of at most 63 characters. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), row[64];

    if (n > 63 || m > 63)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            bool same = tolower((unsigned char) a[i - 1]) == tolower((unsigned char) b[j - 1]);
            size_t best = diagonal + !same;

            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[m];
}

const char *nearest_string(const char *s, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    size_t best_distance = strlen(s) / 3 + 2;

    for (size_t i = 0; i < n; i++) {
        size_t distance = candidates[i] ? edit_distance(s, candidates[i]) : SIZE_MAX;

        if (distance < best_distance) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
