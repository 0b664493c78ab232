/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/types.h"

#include "base/string-util.h"

/* ----- Names ----- */

#define NAME_SEPARATORS "-"
#define IDENTIFIER_SEPARATORS "-._~/"

/* ASCII only, whatever the locale. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

static bool is_separator(char c, const char *separators)
{
    return c != '\0' && strchr(separators, c);
}

/* Runs of letters and digits with one separator between each. */
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
        char c = is_letter(*s) ? (char) (*s | 0x20) : *s;

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
    if (is_digit(*s) || *s == '\0')
        return false;
    for (; *s; s++)
        if (!is_digit(*s) && !is_letter(*s) && !is_separator(*s, "_-."))
            return false;
    return true;
}

/* ----- Versions and images ----- */

/* A run of decimal digits without a leading zero. */
static const char *skip_number(const char *s)
{
    if (*s == '0')
        return s + 1;
    if (!is_digit(*s))
        return NULL;
    while (is_digit(*s))
        s++;
    return s;
}

/* Identifiers with dots between; in a pre-release, numbers have no leading zero. */
static const char *skip_identifiers(const char *s, bool strict_numbers)
{
    for (;; s++) {
        const char *start = s;
        bool number = true;

        for (; is_digit(*s) || is_letter(*s) || *s == '-'; s++)
            number = number && is_digit(*s);
        if (s == start || (strict_numbers && number && *start == '0' && s - start > 1))
            return NULL;
        if (*s != '.')
            return s;
    }
}

bool ac_version_is_valid(const char *s)
{
    for (unsigned i = 0; i < 3; i++) {
        if (i > 0 && *s++ != '.')
            return false;
        s = skip_number(s);
        if (!s)
            return false;
    }
    if (*s == '-')
        s = skip_identifiers(s + 1, true);
    if (s && *s == '+')
        s = skip_identifiers(s + 1, false);
    return s && *s == '\0';
}

static size_t count_hex(const char *s)
{
    return strspn(s, "0123456789abcdef");
}

bool image_key_is_valid(const char *s)
{
    const char *hex = startswith(s, IMAGE_KEY_PREFIX);

    return hex && count_hex(hex) == IMAGE_KEY_HEX && hex[IMAGE_KEY_HEX] == '\0';
}

int image_id_parse(const char *s, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    const char *hex = startswith(s, IMAGE_KEY_PREFIX);
    size_t n = hex ? count_hex(hex) : 0;

    if (!hex)
        return error_set(reterr, -EINVAL, "badly formatted image ID \"%s\": must begin with sha512-", s);
    if (hex[n] != '\0' || n > IMAGE_ID_HEX_MAX)
        return error_set(reterr, -EINVAL,
                         "badly formatted image ID \"%s\": sha512- and at most %d hex digits", s,
                         IMAGE_ID_HEX_MAX);
    if (n < IMAGE_ID_HEX_MIN)
        return error_set(reterr, -EINVAL, "image ID too short");
    if (n > IMAGE_KEY_HEX)
        n = IMAGE_KEY_HEX;
    memcpy(ret_key, s, strlen(IMAGE_KEY_PREFIX) + n);
    ret_key[strlen(IMAGE_KEY_PREFIX) + n] = '\0';
    return 0;
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
