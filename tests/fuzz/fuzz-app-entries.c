/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram that an app sends to /dev/log, or by the native protocol of the journal. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "journal/entry.h"
#include "journal/syslog-message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    SyslogMessage m;
    size_t n;

    if (!copy)
        return 0;
    memcpy(copy, data, size);
    if (syslog_message_parse(copy, size, &m)) {
        if (m.size == 0 || m.size > size || m.priority < 0 || m.priority > 7 || m.facility < 1 ||
            m.facility > 23)
            abort();
        for (size_t i = 0; i < m.size; i++)
            if ((unsigned char) m.text[i] < ' ' && m.text[i] != '\t' && m.text[i] != '\n')
                abort();
    }
    memcpy(copy, data, size);
    n = journal_fields_check(copy, size);
    /* Accepted fields are accepted again unchanged, and none is believed from root. */
    if (n > size || (n > 0 && (copy[n - 1] != '\n' || copy[0] < 'A' || copy[0] > 'Z')))
        abort();
    if (n > 0 && journal_fields_check(copy, n) != n)
        abort();
    free(copy);
    return 0;
}
