/* SPDX-License-Identifier: Apache-2.0 */
/* Files with signatures and with keys: what passes is made of whole packets, and no longer than what came. */

#include <stdlib.h>

#include "trust/openpgp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_signatures(const uint8_t *data, size_t size, Error *error)
{
    _cleanup_openpgp_ OpenpgpData signatures = {};

    if (openpgp_read_signatures(data, size, &signatures, error) >= 0 &&
        (signatures.size == 0 || signatures.size > size || (signatures.bytes[0] & 0x80) == 0))
        abort();
}

static void read_keys(const uint8_t *data, size_t size, Error *error)
{
    _cleanup_openpgp_ OpenpgpData keys = {};
    size_t offset = 0, sum = 0;
    OpenpgpKey key;
    int r;

    if (openpgp_read_keys(data, size, &keys, error) < 0)
        return;
    while ((r = openpgp_next_key(&keys, &offset, &key, error)) > 0)
        sum += key.size;
    if (r == 0 && sum != keys.size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_error_ Error error = ERROR_INIT;

    read_signatures(data, size, &error);
    read_keys(data, size, &error);
    return 0;
}
