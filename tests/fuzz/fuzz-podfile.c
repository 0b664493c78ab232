/* SPDX-License-Identifier: Apache-2.0 */
/* A pod file, from its bytes to its unit. All lines of the unit must be the generator's, and a refusal must
 * have a reason. */

#include <stdint.h>
#include <string.h>

#include "podfile/resolve.h"
#include "generator/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_unit(const GeneratedUnit *unit)
{
    static const char exec[] = "\nExecStart=";
    const char *first = strstr(unit->text.data, exec);

    if (!first || strstr(first + 1, exec) || !utf8_is_valid(unit->text.data))
        abort();
    if (unit->socket && !utf8_is_valid(unit->socket_text.data))
        abort();
    STRV_FOREACH (link, unit->links)
        if (strstr(*link, "..") && strchr(*link, '/') != strrchr(*link, '/'))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_generated_unit_ GeneratedUnit unit = { 0 }, stub = { 0 };
    _cleanup_pod_file_ PodFile file = { 0 };
    _cleanup_error_ Error error = ERROR_INIT, second = ERROR_INIT;
    char *text = malloc(size + 1);
    int r;

    if (!text)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    r = pod_file_parse(&file, "/etc/rkt/pods.d/fuzz.pod", text, size, &error);
    if (pod_file_resolve(&file, r < 0 ? &second : &error) < 0 && r >= 0)
        r = -EINVAL;
    if (r >= 0)
        r = translate_pod("fuzz", "/etc/rkt/pods.d/fuzz.pod", &file, &unit, &error);
    if (r >= 0)
        check_unit(&unit);
    else if (!error_cause(&error))
        abort();
    if (translate_stub("fuzz", "/etc/rkt/pods.d/fuzz.pod", &file, r < 0 ? error_cause(&error) : "", &stub) <
        0)
        abort();
    check_unit(&stub);
    return 0;
}
