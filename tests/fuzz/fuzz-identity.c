/* SPDX-License-Identifier: Apache-2.0 */

#include "sandbox/identity.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    uint32_t id = UINT32_MAX;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (identity_find(text, "user", &id) >= 0 && id == UINT32_MAX)
        abort();
    free(text);
    return 0;
}
