/* SPDX-License-Identifier: Apache-2.0 */
/* Values of systemd's directives, right and wrong: tests/integration/generator-grammar.sh asks a real systemd
 * of the same file of cases. */

#include "podfile/keys.h"

#include <fcntl.h>
#include <string.h>

#include "base/file-util.h"
#include "base/string-util.h"

#include "test.h"

/* "ok|bad [Section] Key=value" */
static void check_line(char *line)
{
    bool right = startswith(line, "ok ");
    char *section = strchr(line, '['), *end = section ? strchr(section, ']') : NULL, *equals;
    _cleanup_error_ Error error = ERROR_INIT;
    const Setting *key;
    int r;

    assert_true(end && end[1] == ' ' && (equals = strchr(end, '=')));
    *end = *equals = '\0';
    key = pod_key_find(pod_section_from_string(section + 1), end + 2);
    assert_true(key && key->check);
    r = key->check(key, equals + 1, &error);
    if ((r >= 0) != right)
        fprintf(stderr, "[%s] %s=%s: %d\n", section + 1, end + 2, equals + 1, r);
    assert_true((r >= 0) == right);
    if (r < 0)
        assert_true(strstr(error_cause(&error), "systemd would ignore the line"));
}

int main(int argc, char *argv[])
{
    _cleanup_free_ char *text = NULL;
    unsigned n = 0;

    assert_true(argc == 2 && read_file_at(AT_FDCWD, argv[1], 1024 * 1024, &text, NULL) >= 0);
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (*line == '#')
            continue;
        check_line(line);
        n++;
    }
    assert_true(n > 100);
    return 0;
}
