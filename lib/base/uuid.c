/* SPDX-License-Identifier: Apache-2.0 */

#include "uuid.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

int uuid_generate(char ret[static UUID_LENGTH + 1])
{
    unsigned char b[16];

    if (getrandom(b, sizeof(b), 0) != (ssize_t) sizeof(b))
        return -EIO;
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    (void) snprintf(ret, UUID_LENGTH + 1,
                    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
                    b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return 0;
}

bool uuid_is_valid(const char *s)
{
    for (unsigned i = 0; i < UUID_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? s[i] != '-' : !(isdigit((unsigned char) s[i]) || (s[i] >= 'a' && s[i] <= 'f')))
            return false;
    }
    return s[UUID_LENGTH] == '\0';
}

void uuid_without_dashes(const char *uuid, char ret[static UUID_PLAIN_LENGTH + 1])
{
    size_t n = 0;

    for (; *uuid && n < UUID_PLAIN_LENGTH; uuid++)
        if (*uuid != '-')
            ret[n++] = *uuid;
    ret[n] = '\0';
}
