/* SPDX-License-Identifier: Apache-2.0 */
/* PID 1 processes a command line in this order: continuation lines, quotes and C escapes, specifiers, and
 * "$" when it executes it. A word is written so that the first two steps give back the original word. "$$"
 * cancels the last step. "%" is left to the third on purpose. */

#include "unit/unit-text.h"

/* Valid after "%" in systemd 252. Newer versions have more, but a unit must load on the oldest. */
static const char specifiers[] = "aAbBCdEfgGhHiIjJlLmMnNopPqsStTuUvVwWyY%";

/* Characters that need no quotes anywhere in a word; "$" is one of them. */
static bool is_plain(char c)
{
    static const bool table[128] = {
        ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['-'] = true,
        ['_'] = true,         ['='] = true,         ['.'] = true,         [','] = true,
        [':'] = true,         ['/'] = true,         ['@'] = true,         ['%'] = true,
        ['+'] = true,         ['~'] = true,         ['$'] = true,         ['^'] = true,
    };

    return (unsigned char) c >= 0x80 || table[(unsigned char) c];
}

static bool needs_quotes(const char *word)
{
    for (; *word; word++)
        if (!is_plain(*word))
            return true;
    return false;
}

static void add_chars(Buffer *b, UnitWordKind kind, const char *word)
{
    while (*word) {
        size_t n = 0;

        while (is_plain(word[n]) && word[n] != '$')
            n++;
        buffer_add(b, word, n);
        word += n;
        if (*word == '\0')
            break;
        if (*word == '$')
            buffer_adds(b, kind == UNIT_WORD_EXEC ? "$$" : "$");
        else if (*word == '"' || *word == '\\')
            buffer_add(b, (char[]){ '\\', *word }, 2);
        else if ((unsigned char) *word < 0x20 || *word == 0x7f)
            buffer_addf(b, "\\x%02x", (unsigned char) *word);
        else
            buffer_add(b, word, 1);
        word++;
    }
}

void unit_add_word(Buffer *b, UnitWordKind kind, const char *word)
{
    const char *quote = *word == '\0' || needs_quotes(word) ? "\"" : "";

    buffer_adds(b, quote);
    add_chars(b, kind, word);
    buffer_adds(b, quote);
}

void unit_add_flag(Buffer *b, const char *flag, const char *value)
{
    const char *quote = needs_quotes(value) ? "\"" : "";

    buffer_add_all(b, quote, "--", flag, "=");
    add_chars(b, UNIT_WORD_EXEC, value);
    buffer_adds(b, quote);
}

int unit_unknown_specifier(const char *value)
{
    for (const char *s = strchr(value, '%'); s; s = strchr(s + 2, '%'))
        if (s[1] == '\0' || !strchr(specifiers, s[1]))
            return (unsigned char) s[1];
    return -1;
}
