/* SPDX-License-Identifier: Apache-2.0 */
/* An escape is never shorter than its character, and every word is followed by a blank or the end. So
 * unquoting in place never overwrites bytes that are still to be read. */

#include "podfile/words.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/string-util.h"

#define BLANKS " \t"

static const struct SimpleEscape {
    char letter, value;
} simple_escapes[] = {
    { 'a', '\a' }, { 'b', '\b' },  { 'f', '\f' }, { 'n', '\n' },  { 'r', '\r' }, { 't', '\t' },
    { 'v', '\v' }, { '\\', '\\' }, { '"', '"' },  { '\'', '\'' }, { 's', ' ' },
};

static int parse_digits(const char *s, unsigned base, size_t n, uint32_t *ret)
{
    uint32_t value = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned digit;

        if (s[i] >= '0' && s[i] <= '9')
            digit = (unsigned) (s[i] - '0');
        else if ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'f')
            digit = (unsigned) ((s[i] | 0x20) - 'a' + 10);
        else
            return -EINVAL;
        if (digit >= base)
            return -EINVAL;
        value = value * base + digit;
    }
    *ret = value;
    return 0;
}

static size_t utf8_encode(uint32_t c, char *to)
{
    if (c < 0x80) {
        to[0] = (char) c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char) (0xc0 | c >> 6);
        to[1] = (char) (0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char) (0xe0 | c >> 12);
        to[1] = (char) (0x80 | (c >> 6 & 0x3f));
        to[2] = (char) (0x80 | (c & 0x3f));
        return 3;
    }
    to[0] = (char) (0xf0 | c >> 18);
    to[1] = (char) (0x80 | (c >> 12 & 0x3f));
    to[2] = (char) (0x80 | (c >> 6 & 0x3f));
    to[3] = (char) (0x80 | (c & 0x3f));
    return 4;
}

static int refuse_escape(const char *s, Error *reterr)
{
    if (*s == '\0')
        return error_set(reterr, -EINVAL, "a backslash at the end (write \\\\ for a backslash)");
    return error_set(reterr, -EINVAL, "unknown escape \"\\%c\" (write \\\\ for a backslash)", *s);
}

/* s points after the backslash. Returns how many bytes of it were used; *ret_n bytes were written to `to`. */
static int undo_escape(const char *s, char *to, size_t *ret_n, Error *reterr)
{
    uint32_t c = 0;
    size_t digits = 0, used;

    for (size_t i = 0; i < ELEMENTSOF(simple_escapes); i++)
        if (*s == simple_escapes[i].letter) {
            *to = simple_escapes[i].value;
            *ret_n = 1;
            return 1;
        }
    if (*s == 'x')
        digits = 2;
    else if (*s == 'u')
        digits = 4;
    else if (*s == 'U')
        digits = 8;
    if (digits > 0) {
        used = digits + 1;
        if (parse_digits(s + 1, 16, digits, &c) < 0)
            return refuse_escape(s, reterr);
    } else {
        used = 3;
        if (parse_digits(s, 8, 3, &c) < 0 || c > 0xff)
            return refuse_escape(s, reterr);
    }
    if (c == 0)
        return error_set(reterr, -EINVAL, "a value cannot hold a NUL");
    if (c > 0x10ffff || (digits > 2 && c >= 0xd800 && c < 0xe000))
        return error_set(reterr, -EINVAL, "\"\\%c\" is not followed by a character of Unicode", *s);
    if (digits > 2)
        *ret_n = utf8_encode(c, to);
    else {
        *to = (char) c;
        *ret_n = 1;
    }
    return (int) used;
}

/* Unquotes one word from *from on, and moves *from to its end. */
static int undo_word(char **from, char **to, Error *reterr)
{
    char *s = *from, *out = *to, quote = '\0';

    for (; *s && (quote || !strchr(BLANKS, *s)); s++) {
        if (quote ? *s == quote : *s == '"' || *s == '\'') {
            quote = quote ? '\0' : *s;
        } else if (*s == '\\' && !quote && s[1] == ';' && out == *to &&
                   (s[2] == '\0' || strchr(BLANKS, s[2]))) {
            *out++ = *++s; /* systemd's way to write a lone semicolon */
        } else if (*s == '\\') {
            size_t n = 0;
            int used = undo_escape(s + 1, out, &n, reterr);

            if (used < 0)
                return used;
            out += n;
            s += used;
        } else
            *out++ = *s;
    }
    if (quote)
        return error_set(reterr, -EINVAL, "a quotation mark (%c) is never closed", quote);
    *from = *s ? s + 1 : s;
    *out++ = '\0';
    *to = out;
    return 0;
}

int words_split(char *value, size_t *ret_size, Error *reterr)
{
    char *from = value, *to = value;

    for (;;) {
        int r;

        from += strspn(from, BLANKS);
        if (*from == '\0')
            break;
        r = undo_word(&from, &to, reterr);
        if (r < 0)
            return r;
    }
    *ret_size = (size_t) (to - value);
    return 0;
}

const char *words_next(const char *words, size_t size, const char *word)
{
    const char *next = word ? word + strlen(word) + 1 : words;

    return next < words + size ? next : NULL;
}

int words_unquote(char *value, Error *reterr)
{
    size_t size;
    int r;

    if (*value != '"' && *value != '\'')
        return 0;
    r = words_split(value, &size, reterr);
    if (r < 0)
        return r;
    if (words_next(value, size, value))
        return error_set(reterr, -EINVAL, "there is text after the quoted value");
    return 0;
}
