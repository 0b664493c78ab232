/* SPDX-License-Identifier: Apache-2.0 */
/* The interpreter found at the beginning of any file is a name. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/interpreter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[PATH_MAX];

    if (interpreter_parse(data, size, name) >= 0 &&
        (*name == '\0' || memchr(name, '\n', strlen(name)) != NULL) && size >= 2 && data[0] == '#')
        abort();
    return 0;
}
