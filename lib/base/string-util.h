/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, string vectors, a growing buffer, enum tables and the parsing of single values. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "cleanup.h"

/* Neither may be NULL. */
static inline bool streq(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* NULL equals only NULL. */
static inline bool streq_ptr(const char *a, const char *b)
{
    return a == b || (a && b && streq(a, b));
}

/* The part after the prefix, or NULL. */
static inline const char *startswith(const char *s, const char *prefix)
{
    size_t n = strlen(prefix);

    return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}
/* Whether s ends with suffix, which may be empty. */
bool endswith(const char *s, const char *suffix);

/* Whether value, which is not empty, is one of words: "a|b|c". */
bool is_one_of(const char *value, const char *words);

/* In any locale. */
static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The same for letters. */
static inline bool ascii_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* UTF-8 (RFC 3629): the length of the character at the beginning of s, which has size bytes (0: not valid);
 * the code point of a character of that length; whether the whole string is valid. */
size_t utf8_character(const char *s, size_t size);
uint32_t utf8_code_point(const char *s, size_t length);
bool utf8_is_valid(const char *s);

/* Vectors of strings end with NULL; NULL is the empty vector. The allocated size is computed from the
 * length, so only vectors made by these functions can be extended. */
void strv_free(char **v);
DEFINE_CLEANUP_FUNC(char **, strv_free)
#define _cleanup_strv_ _cleanup_(strv_freep)
size_t strv_length(char *const *v);
bool strv_contains(char *const *v, const char *s);
int strv_extend(char ***v, const char *s); /* appends a copy */
int strv_consume(char ***v, char *s);      /* appends s itself, frees it on failure */
int strv_extendf(char ***v, const char *format, ...) _printf_(2, 3);
int strv_copy(char *const *v, char ***ret);
int strv_set_variable(char ***v, const char *name,
                      const char *value);                           /* NAME=VALUE, replaces an older value */
int strv_split(const char *s, const char *separators, char ***ret); /* empty fields are left out */
char *strv_join(char *const *v, const char *separator);             /* NULL: out of memory */
char *strv_concat(const char *const *v);                            /* the same, without a separator */
#define string_concat(...) strv_concat((const char *const[]){ __VA_ARGS__, NULL })
#define STRV_FOREACH(s, v) for (char *const *s = (v); s && *s; s++)

/* A text buffer that grows. It remembers that memory ran out, until buffer_error() or buffer_steal()
 * returns it. */
typedef struct Buffer {
    char *data; /* ends with NUL after the first addition */
    size_t size, room;
    bool failed;
} Buffer;
/* Adds copies of bytes, a string, the strings of a vector, or text formatted as by printf(3). After a
 * failure nothing more is added. buffer_error() is 0 or -ENOMEM. buffer_steal() gives the text to the
 * caller and leaves the buffer empty. */
void buffer_add(Buffer *b, const void *data, size_t size);
static inline void buffer_adds(Buffer *b, const char *s)
{
    buffer_add(b, s, strlen(s));
}
void buffer_add_strv(Buffer *b, const char *const *v);
#define buffer_add_all(b, ...) buffer_add_strv(b, (const char *const[]){ __VA_ARGS__, NULL })
void buffer_addf(Buffer *b, const char *format, ...) _printf_(2, 3);
void buffer_addv(Buffer *b, const char *format, va_list ap) _printf_(2, 0);
int buffer_error(const Buffer *b);
int buffer_steal(Buffer *b, char **ret); /* "" if nothing was added */
void buffer_done(Buffer *b);
#define _cleanup_buffer_ _cleanup_(buffer_done)

/* An enum's names: `static const char *const pod_state_table[_POD_STATE_MAX]`. from_string returns -EINVAL
 * for other words. */
#define DECLARE_STRING_TABLE(name, type)                                                                     \
    const char *name##_to_string(type value);                                                                \
    type name##_from_string(const char *s)
#define DEFINE_STRING_TABLE(name, type)                                                                      \
    const char *name##_to_string(type value)                                                                 \
    {                                                                                                        \
        return (int) value >= 0 && (size_t) value < ELEMENTSOF(name##_table) ? name##_table[value] : NULL;   \
    }                                                                                                        \
    type name##_from_string(const char *s)                                                                   \
    {                                                                                                        \
        for (size_t i = 0; i < ELEMENTSOF(name##_table); i++)                                                \
            if (s && name##_table[i] && streq(name##_table[i], s))                                           \
                return (type) i;                                                                             \
        return (type) -EINVAL;                                                                               \
    }

/* Single values: the whole string must be the value, else -EINVAL; -ERANGE: out of range. */
int parse_bool(const char *s); /* 1, 0: as Go's ParseBool (1 t T TRUE true True …), yes/no, on/off */
int parse_u64(const char *s, uint64_t *ret); /* decimal */
int parse_i64(const char *s, int64_t *ret);
int parse_mode(const char *s, mode_t *ret); /* octal, at most 07777 */

/* The nearest candidate by edit distance (at most a third of the length), or NULL. For "did you mean". */
const char *nearest_string(const char *s, const char *const *candidates, size_t n);
