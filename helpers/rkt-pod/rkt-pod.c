/* SPDX-License-Identifier: Apache-2.0 */
/* rkt pod VERB: for administrators who declare pods in files. It reads the same files as the generator,
 * with the generator's code, and changes nothing. */

#include "rkt-pod.h"

#include <stdio.h>

#include "base/log.h"
#include "base/string-util.h"

enum { EXIT_GENERAL = 254 };

GlobalOptions pod_global = GLOBAL_OPTIONS_INIT;

static const struct {
    const char *verb; /* argv[0], as rkt sets it */
    int (*run)(int argc, char **argv, Error *reterr);
} verbs[] = {
    { "pod check", pod_check },
    { "pod generate", pod_generate },
    { "pod list", pod_list },
};

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
    _cleanup_error_ Error error = ERROR_INIT;
    const char *verb = argc > 0 ? argv[0] : "";
    int r = error_set(&error, -EINVAL, "no such command: \"%s\"", verb);

    log_setup(verb, false);
    for (size_t i = 0; i < ELEMENTSOF(verbs); i++)
        if (streq(verbs[i].verb, verb)) {
            error_done(&error);
            r = verbs[i].run(argc, argv, &error);
        }
    if (r >= 0 && (fflush(stdout) == EOF || ferror(stdout)))
        r = error_set_errno(&error, -EIO, "cannot write the output");
    if (r >= 0)
        return r;
    error_print(&error, r, verb, pod_global.debug);
    return EXIT_GENERAL;
}
