/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that grow: a pointer and a count, which belong to the caller. */
#pragma once

#include <stdlib.h>
#include <string.h>

/* Appends a zeroed element and counts it. Returns the element, or NULL when out of memory. Other elements
 * may have moved. */
#define ARRAY_APPEND(items, n) ((__typeof__(items)) array_append((void **) &(items), &(n), sizeof(*(items))))

/* Allocates four elements, then grows at powers of two, so that n appends copy O(n). */
static inline void *array_append(void **items, size_t *n, size_t size)
{
    char *added;

    if (*n == 0 || (*n >= 4 && (*n & (*n - 1)) == 0)) {
        void *larger = reallocarray(*items, *n > 0 ? *n * 2 : 4, size);

        if (!larger)
            return NULL;
        *items = larger;
    }
    added = (char *) *items + (*n)++ * size;
    return memset(added, 0, size);
}
