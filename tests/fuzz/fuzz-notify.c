/* SPDX-License-Identifier: Apache-2.0 */
/* A datagram that an app sends to the pod's init. */

#include <stdint.h>
#include <string.h>

#include "journal/notify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    NotifyMessage m;

    memset(&m, 0xa5, sizeof(m));
    if (!notify_parse((const char *) data, size, &m))
        return 0;
    if (!m.ready && !m.reloading && !m.watchdog && !m.trigger && !m.extend_us && !m.has_status)
        abort();
    for (size_t n = strnlen(m.status, sizeof(m.status)), i = 0; i <= n; i++) {
        unsigned char c = (unsigned char) m.status[i];

        if (n == sizeof(m.status) || (i < n && (c < ' ' || c == 0x7f)))
            abort();
    }
    return 0;
}
