/* SPDX-License-Identifier: Apache-2.0 */
/* rkt pod VERB: for administrators who declare pods in files. It reads the same files as the generator,
 * with the generator's code, and changes nothing. */

#include "rkt-pod.h"

#include "base/string-util.h"

GlobalOptions pod_global = GLOBAL_OPTIONS_INIT;

json_t *pod_json_text(const char *text)
{
    _cleanup_free_ char *ascii = utf8_is_valid(text) ? NULL : strdup(text);

    for (char *s = ascii; s && *s; s++)
        if ((unsigned char) *s >= 0x80)
            *s = '?';
    return json_string(ascii ? ascii : text);
}

int main(int argc, char **argv)
{
    const Command *const commands[] = { &pod_check, &pod_generate, &pod_list, NULL };

    return command_main(commands, &pod_global, argc, argv);
}
