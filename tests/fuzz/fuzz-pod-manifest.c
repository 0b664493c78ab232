/* SPDX-License-Identifier: Apache-2.0 */
/* A pod manifest: an accepted one can be written and read again, and is then the same. */

#include <stdint.h>

#include "appc/pod-manifest.h"
#include "base/string-util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(pod_manifest_freep) PodManifest *manifest = NULL, *again = NULL;
    _cleanup_error_ Error error = ERROR_INIT;
    _cleanup_free_ char *text = NULL, *second = NULL;

    if (pod_manifest_parse(data, size, &manifest, &error) < 0) {
        if (!error_cause(&error))
            abort();
        return 0;
    }
    if (pod_manifest_format(manifest, false, &text) < 0 ||
        pod_manifest_parse(text, strlen(text), &again, NULL) < 0 ||
        pod_manifest_format(again, false, &second) < 0 || !streq(text, second))
        abort();
    return 0;
}
