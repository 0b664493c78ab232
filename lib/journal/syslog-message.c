/* SPDX-License-Identifier: Apache-2.0 */

#include "syslog-message.h"

#include <string.h>
#include <syslog.h>

#include "base/printable.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of "<N>", N of at most three digits; 0: there is none. */
static size_t parse_priority(const char *data, size_t size, SyslogMessage *ret)
{
    size_t n = 1;
    int value = 0;

    if (size < 3 || data[0] != '<')
        return 0;
    for (; n < size && n <= 3 && is_digit(data[n]); n++)
        value = value * 10 + (data[n] - '0');
    if (n == 1 || n == size || data[n] != '>' || value >> 3 >= LOG_NFACILITIES)
        return 0;
    ret->priority = value & LOG_PRIMASK;
    if (value >> 3 > 0)
        ret->facility = value >> 3;
    return n + 1;
}

/* "Nov  8 16:30:01 ", which is dropped: journald adds a better time. */
static size_t measure_time(const char *data, size_t size)
{
    static const char shape[] = "Aaa 99 99:99:99 ";

    if (size < sizeof(shape) - 1)
        return 0;
    for (size_t i = 0; shape[i]; i++) {
        char c = data[i];
        bool fits = shape[i] == 'A'   ? c >= 'A' && c <= 'Z'
                    : shape[i] == 'a' ? c >= 'a' && c <= 'z'
                    : shape[i] == '9' ? is_digit(c) || (i == 4 && c == ' ')
                                      : c == shape[i];

        if (!fits)
            return 0;
    }
    return sizeof(shape) - 1;
}

bool syslog_message_parse(char *data, size_t size, SyslogMessage *ret)
{
    size_t skipped;

    if (size > SYSLOG_SIZE_MAX)
        return false;
    *ret = (SyslogMessage){ .priority = LOG_NOTICE, .facility = LOG_FAC(LOG_USER) };
    while (size > 0 && (data[size - 1] == '\0' || data[size - 1] == '\n' || data[size - 1] == ' '))
        size--;
    skipped = parse_priority(data, size, ret);
    skipped += measure_time(data + skipped, size - skipped);
    ret->text = data + skipped;
    ret->size = size - skipped;
    data[size] = '\0';
    for (char *nul = data + skipped; (nul = memchr(nul, '\0', (size_t) (data + size - nul)));)
        *nul = '?';
    string_sanitize(data + skipped, "\t\n");
    return ret->size > 0;
}
