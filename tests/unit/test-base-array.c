/* SPDX-License-Identifier: Apache-2.0 */

#include "base/array.h"

#include "test.h"

typedef struct Pair {
    int a, b;
} Pair;

int main(void)
{
    Pair *pairs = NULL;
    size_t n = 0;

    for (int i = 0; i < 1000; i++) {
        Pair *added = ARRAY_APPEND(pairs, n);

        assert_true(added);
        assert_int(added->a, 0);
        added->a = i;
        added->b = -i;
    }
    assert_int(n, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int(pairs[i].b, -i);

    /* An owner may shorten it. */
    n = 700;
    assert_true(ARRAY_APPEND(pairs, n));
    assert_int(pairs[699].a, 699);
    free(pairs);
    return 0;
}
