/* SPDX-License-Identifier: Apache-2.0 */

#include "kept-unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file-util.h"
#include "unit-name.h"
#include "unit-text.h"

#define GENERATED "/run/systemd/generator"
#define KEPT_FILE "unit"

bool unit_is_masked(const char *unit)
{
    static const char *const directories[] = { "/etc/systemd/system", "/run/systemd/system" };

    for (size_t i = 0; i < ELEMENTSOF(directories); i++) {
        char path[512], target[sizeof("/dev/null")];

        (void) snprintf(path, sizeof(path), "%s/%s", directories[i], unit);
        if (readlink(path, target, sizeof(target)) == (ssize_t) strlen("/dev/null") &&
            strncmp(target, "/dev/null", strlen("/dev/null")) == 0)
            return true;
    }
    return false;
}

/* An instance has the file of its template. */
static int read_generated(const char *unit, char **ret, size_t *ret_size)
{
    const char *at = strchr(unit, '@');
    char path[sizeof(GENERATED) + UNIT_NAME_MAX + sizeof(".service") + 1];
    int r;

    (void) snprintf(path, sizeof(path), GENERATED "/%s", unit);
    r = read_file_at(AT_FDCWD, path, UNIT_LINE_MAX, ret, ret_size);
    if (r != -ENOENT || !at)
        return r;
    (void) snprintf(path, sizeof(path), GENERATED "/%.*s@.service", (int) (at - unit), unit);
    return read_file_at(AT_FDCWD, path, UNIT_LINE_MAX, ret, ret_size);
}

int kept_unit_save(const char *unit, const char *uuid_file)
{
    _cleanup_free_ char *text = NULL, *path = NULL;
    const char *slash = strrchr(uuid_file, '/');
    size_t size;
    int r;

    if (!startswith(uuid_file, KEPT_UNITS "/") || !unit_name_is_valid(unit))
        return 0;
    r = read_generated(unit, &text, &size);
    if (r < 0)
        return r;
    if (asprintf(&path, "%.*s/" KEPT_FILE, (int) (slash - uuid_file), uuid_file) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    return write_file_at(AT_FDCWD, path, text, size, 0644, 0);
}

/* Everything except the line that requires the pod's socket, whose unit is not made any more. For a
 * template, the line names the instance by a specifier. */
static int add_without_socket(Buffer *b, const char *text, const char *name)
{
    const char *at = strchr(name, '@'), *line;
    _cleanup_free_ char *socket = NULL;

    if (asprintf(&socket, "\nRequires=%.*s%s.socket\n", (int) (at ? at + 1 - name : (long) strlen(name)),
                 name, at ? "%i" : "") < 0) {
        socket = NULL;
        return -ENOMEM;
    }
    line = strstr(text, socket);
    if (line) {
        buffer_add(b, text, (size_t) (line - text));
        text = line + strlen(socket) - 1;
    }
    buffer_adds(b, text);
    return 0;
}

int kept_unit_make(const char *name, const char *refuse, Buffer *ret)
{
    char path[sizeof(KEPT_UNITS) + UNIT_NAME_MAX + sizeof(KEPT_FILE) + 1];
    _cleanup_free_ char *text = NULL;
    int r;

    (void) snprintf(path, sizeof(path), KEPT_UNITS "/%s/" KEPT_FILE, name);
    r = read_file_at(AT_FDCWD, path, UNIT_LINE_MAX, &text, NULL);
    if (r >= 0)
        r = add_without_socket(ret, text, name);
    if (r < 0)
        return r;
    buffer_adds(ret, "\n# No pod file declares this unit any more, but its pod runs.\n"
                     "[Unit]\n"
                     "SourcePath=\n"
                     "FailureAction=none\n"
                     "SuccessAction=none\n"
                     "StartLimitAction=none\n"
                     "[Service]\n"
                     "Restart=no\n"
                     "RestartForceExitStatus=\n"
                     "ExecCondition=\n"
                     "ExecStartPre=\n"
                     "ExecStartPost=\n"
                     "ExecStart=\n");
    buffer_add_all(ret, "ExecStart=", refuse, "\n");
    return buffer_error(ret);
}
