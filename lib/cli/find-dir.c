/* SPDX-License-Identifier: Apache-2.0 */
/* The data directory that the configuration names. Who needs it may be run-prepared, which links nothing but
 * libc: so only rkt-config reads JSON, and it is run only where there is a file to read. Without one this is
 * a failed open for each layer. */

#include "cli/global-options.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file-util.h"
#include "base/spawn.h"
#include "base/string-util.h"
#include "rkt-config.h"

enum { ANSWER_MAX = 64 * 1024 };

static int has_files(const char *layer, Error *reterr)
{
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    char path[PATH_MAX];

    if (*layer == '\0')
        return 0;
    if (snprintf(path, sizeof(path), "%s/paths.d", layer) >= (int) sizeof(path))
        return -ENAMETOOLONG;
    d = opendir(path);
    if (!d)
        return errno == ENOENT ? 0 : error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    while ((entry = readdir(d)))
        if (endswith(entry->d_name, ".json"))
            return 1;
    return 0;
}

static int is_configured(const GlobalOptions *global, Error *reterr)
{
    int r = has_files(global->system_config, reterr);

    if (r == 0)
        r = has_files(global->local_config, reterr);
    return r == 0 ? has_files(global->user_config, reterr) : r;
}

/* It says the path, without newline; when it fails, why, as all programs do. */
static int ask(const GlobalOptions *global, char ret[static PATH_MAX], Error *reterr)
{
    static const char program[] = RKT_LIBEXECDIR "/rkt-config";
    _cleanup_close_ int answer = memfd_create("data", MFD_CLOEXEC);
    SpawnOptions options = SPAWN_OPTIONS_INIT;
    _cleanup_strv_ char **argv = NULL;
    _cleanup_free_ char *text = NULL;
    size_t length;
    int r, status;

    if (answer < 0)
        return -errno;
    options.fds[1] = options.fds[2] = answer;
    r = strv_extend(&argv, "config");
    if (r >= 0)
        r = strv_extend(&argv, "--print-data");
    if (r >= 0)
        r = global_options_to_strv(global, &argv);
    if (r < 0)
        return r;
    status = spawn_and_wait(program, argv, &options);
    if (status < 0)
        return error_set_errno(reterr, status, "cannot run %s", program);
    if (lseek(answer, 0, SEEK_SET) < 0)
        return -errno;
    r = read_fd(answer, ANSWER_MAX, &text, NULL);
    if (r < 0)
        return r;
    length = strlen(text);
    if (status == 0 && *text == '/' && length < PATH_MAX) {
        memcpy(ret, text, length + 1);
        return 0;
    }
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = '\0';
    return error_set(reterr, -EBADMSG, "%s", startswith(text, "config: ") ? text + strlen("config: ") : text);
}

int global_options_find_dir(GlobalOptions *global, Error *reterr)
{
    static char found[PATH_MAX]; /* a program has one data directory */
    int r;

    if (global->dir)
        return 0;
    r = is_configured(global, reterr);
    if (r > 0)
        r = ask(global, found, reterr);
    if (r < 0)
        return r;
    global->dir = *found ? found : GLOBAL_OPTIONS_DEFAULT_DIR;
    return 0;
}
