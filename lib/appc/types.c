/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/types.h"

#include "base/string-util.h"

/* A run of decimal digits without a leading zero. */
static const char *skip_number(const char *s)
{
    if (*s == '0')
        return s + 1;
    if (!ascii_is_digit(*s))
        return NULL;
    while (ascii_is_digit(*s))
        s++;
    return s;
}

/* Identifiers separated by dots; numbers in a pre-release have no leading zero. */
static const char *skip_identifiers(const char *s, bool strict_numbers)
{
    for (;; s++) {
        const char *start = s;
        bool number = true;

        for (; ascii_is_digit(*s) || ascii_is_letter(*s) || *s == '-'; s++)
            number = number && ascii_is_digit(*s);
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
