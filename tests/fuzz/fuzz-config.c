/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file of any topic: an accepted file can be written, and each entry read again. */

#include <stdint.h>

#include "appc/json.h"
#include "base/string-util.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const Config *config, ConfigTopic topic)
{
    _cleanup_(config_freep) Config *again = calloc(1, sizeof(*again));
    _cleanup_json_ json_t *entries = NULL, *second = NULL;
    size_t i;
    json_t *entry;

    if (!again || config_to_json(config, &entries) < 0)
        abort();
    json_array_foreach(entries, i, entry)
    {
        _cleanup_free_ char *text = NULL;

        /* Written with escapes, a large file may have become too large. */
        if (json_format(entry, false, &text) < 0)
            abort();
        if (strlen(text) <= CONFIG_FILE_SIZE_MAX && config_parse(again, topic, text, strlen(text), NULL) < 0)
            abort();
    }
    if (config_to_json(again, &second) < 0 || !json_equal(entries, second))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (ConfigTopic topic = 0; topic < _CONFIG_TOPIC_MAX; topic++) {
        _cleanup_(config_freep) Config *config = calloc(1, sizeof(*config));
        _cleanup_error_ Error error = ERROR_INIT;

        if (config && config_parse(config, topic, data, size, &error) >= 0)
            read_again(config, topic);
        else if (!error_cause(&error) && size <= CONFIG_FILE_SIZE_MAX)
            abort();
    }
    return 0;
}
