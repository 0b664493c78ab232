/* SPDX-License-Identifier: Apache-2.0 */
/* The lines come out of journalctl, which reads a namespace's journal wherever it is and whoever writes it
 * still. */

#include "last-words.h"

#include <string.h>
#include <sys/mman.h>

#include "base/file-util.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "pod/pod-status.h"
#include "pod/pod-unit.h"
#include "unit/machine-name.h"

#define LINES_OF_AN_APP "10"

enum { LINES_SIZE_MAX = 8 * 1024 * 1024 };

/* The journal namespace of a declared pod is named after its unit. */
static int journal_of(const Pod *pod, char name[static MACHINE_NAME_MAX + 1])
{
    char unit[POD_UNIT_MAX];
    int r = pod_unit_read(pod, unit);

    if (r < 0)
        return r;
    if (endswith(unit, ".service"))
        unit[strlen(unit) - strlen(".service")] = '\0';
    return machine_name_make(unit, name);
}

/* Line by line through our log: what an app says must not be taken for the level of a line of ours ("<0>").
 */
static void print_lines(const char *journal, const char *app)
{
    _cleanup_close_ int lines = memfd_create("lines", MFD_CLOEXEC);
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    _cleanup_strv_ char **argv = NULL;
    _cleanup_free_ char *text = NULL;
    size_t size;
    char *rest;

    if (lines < 0 ||
        strv_split("journalctl --output=cat --quiet --no-pager --lines=" LINES_OF_AN_APP, " ", &argv) < 0 ||
        strv_extendf(&argv, "--namespace=%s", journal) < 0 || strv_extendf(&argv, "--identifier=%s", app) < 0)
        return;
    options.fds[STDOUT_FILENO] = lines;
    if (spawn_and_wait("/usr/bin/journalctl", argv, &options) != 0 || lseek(lines, 0, SEEK_SET) < 0 ||
        read_fd(lines, LINES_SIZE_MAX, &text, &size) < 0) {
        log_debug("cannot read the last lines of app %s", app);
        return;
    }
    rest = text;
    for (char *line; (line = strsep(&rest, "\n")) && (*line || rest);)
        log_error("%s", line);
}

void last_words_print(const Pod *pod)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    char journal[MACHINE_NAME_MAX + 1];

    if (pod_status_read(pod, POD_STATUS_APPS, &status) < 0 || journal_of(pod, journal) < 0)
        return;
    for (size_t i = 0; i < status->n_apps; i++) {
        const PodApp *app = &status->apps[i];

        if (!app->has_exit_code || app->exit_code == 0)
            continue;
        log_error("app %s ended with exit status %d; its last lines:", app->name, app->exit_code);
        print_lines(journal, app->name);
    }
}
