/* SPDX-License-Identifier: Apache-2.0 */
/* An image's record: an accepted one is written and accepted again. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/image-record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(store_image_freep) StoreImage *image = calloc(1, sizeof(*image)),
                                            *again = calloc(1, sizeof(*again));
    _cleanup_free_ char *text = strndup((const char *) data, size), *written = NULL;

    if (!image || !again || !text || image_record_parse(text, image) < 0)
        return 0;
    if (image_record_format(image, &written) < 0 || image_record_parse(written, again) < 0 ||
        image->size != again->size || image->labels.n != again->labels.n)
        abort();
    return 0;
}
