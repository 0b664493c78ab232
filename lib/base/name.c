/* SPDX-License-Identifier: Apache-2.0 */

#include "base/name.h"

#include <limits.h>

#include "base/string-util.h"

#define NAME_SEPARATORS "-"
#define IDENTIFIER_SEPARATORS "-._~/"

static bool is_alphanumeric(char c)
{
    return ascii_is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_separator(char c, const char *separators)
{
    return c != '\0' && strchr(separators, c);
}

/* Runs of letters and digits, with one separator between them. */
static bool name_is_valid(const char *s, const char *separators)
{
    const char *start = s;

    do {
        if (!is_alphanumeric(*s))
            return false;
        while (is_alphanumeric(*s))
            s++;
    } while (is_separator(*s, separators) && *++s);
    return *s == '\0' && is_alphanumeric(s[-1]) && s - start <= APPC_NAME_MAX;
}

bool ac_name_is_valid(const char *s)
{
    return name_is_valid(s, NAME_SEPARATORS);
}

bool ac_identifier_is_valid(const char *s)
{
    return name_is_valid(s, IDENTIFIER_SEPARATORS);
}

bool image_name_is_valid(const char *s)
{
    char last = '/';

    if (strlen(s) > APPC_NAME_MAX)
        return false;
    for (; *s; last = *s++) {
        bool begins = last == '/';

        if (is_alphanumeric(*s))
            continue;
        if (begins || !is_separator(*s, IDENTIFIER_SEPARATORS) || (*s == '/' && !is_alphanumeric(last)))
            return false;
    }
    return is_alphanumeric(last);
}

int ac_name_sanitize(const char *s, char **ret)
{
    _cleanup_free_ char *name = strdup(s);
    size_t n = 0;

    if (!name)
        return -ENOMEM;
    for (; *s; s++) {
        char c = ascii_is_letter(*s) ? (char) (*s | 0x20) : *s;

        if (is_alphanumeric(c))
            name[n++] = c;
        else if (n > 0 && is_alphanumeric(name[n - 1]))
            name[n++] = '-';
    }
    if (n > APPC_NAME_MAX)
        n = APPC_NAME_MAX;
    if (n > 0 && !is_alphanumeric(name[n - 1]))
        n--;
    if (n == 0)
        return -EINVAL;
    name[n] = '\0';
    *ret = TAKE_PTR(name);
    return 0;
}

int ac_name_from_image(const char *image_name, char **ret)
{
    const char *slash = strrchr(image_name, '/');

    return ac_name_sanitize(slash ? slash + 1 : image_name, ret);
}

bool environment_name_is_valid(const char *s)
{
    if (ascii_is_digit(*s) || *s == '\0')
        return false;
    for (; *s; s++)
        if (!ascii_is_digit(*s) && !ascii_is_letter(*s) && !is_separator(*s, "_-."))
            return false;
    return true;
}

bool credential_name_is_valid(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n > NAME_MAX || strcmp(s, ".") == 0 || strcmp(s, "..") == 0)
        return false;
    for (; *s; s++)
        if (*s < ' ' || *s == 0x7f || strchr("/:,", *s))
            return false;
    return true;
}
