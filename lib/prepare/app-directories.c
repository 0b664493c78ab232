/* SPDX-License-Identifier: Apache-2.0 */
/* systemd gives such a directory, with all that is in it, to the unit's user before each command of the unit,
 * also while its main process runs. A pod's unit has no user: each app has its own. So it is done here, once,
 * when the directory is made; what is there belongs to whom it belongs.
 *
 * Others may be able to write to the directory above, an app in the one that it was given before. So no link
 * is followed below the base, and only a directory is given away that is as we make them: root's, for root
 * alone, and empty. One that a crash left before it was given away is such, too. */

#include "prepare/app-directories.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd-util.h"
#include "base/string-util.h"
#include "sandbox/host-path.h"
#include "settings/directory.h"

enum { MODE_NEW = 0700, MODE_ABOVE = 0755, MODE_DEFAULT = 0755 };

/* ----- In the manifest ----- */

static int add_directory(PodManifest *manifest, RuntimeApp *app, DirectoryKind kind, const char *value,
                         Error *reterr)
{
    _cleanup_free_ char *name = NULL, *target = NULL, *source = NULL, *volume = NULL;
    int r = directory_parse(kind, value, &name, &target, reterr);

    if (r < 0)
        return r;
    if (mount_list_find_path(&app->mounts, target))
        return error_set(reterr, -EEXIST, "the app has another mount at \"%s\"", target);
    source = string_concat(directory_kind_base(kind), "/", name);
    if (!source)
        return -ENOMEM;
    if (asprintf(&volume, "%s-%s-directory-%zu", app->name, directory_kind_to_string(kind), app->mounts.n) <
        0) {
        volume = NULL;
        return -ENOMEM;
    }
    r = volume_list_add_host(&manifest->volumes, volume, source, kind == DIRECTORY_CONFIGURATION, reterr);
    return r < 0 ? r : mount_list_add(&app->mounts, volume, target);
}

static const struct {
    SettingId names, mode;
} kind_settings[_DIRECTORY_KIND_MAX] = {
    [DIRECTORY_STATE] = { SETTING_APP_STATE_DIRECTORY, SETTING_APP_STATE_DIRECTORY_MODE },
    [DIRECTORY_CACHE] = { SETTING_APP_CACHE_DIRECTORY, SETTING_APP_CACHE_DIRECTORY_MODE },
    [DIRECTORY_LOGS] = { SETTING_APP_LOGS_DIRECTORY, SETTING_APP_LOGS_DIRECTORY_MODE },
    [DIRECTORY_CONFIGURATION] = { SETTING_APP_CONFIGURATION_DIRECTORY,
                                  SETTING_APP_CONFIGURATION_DIRECTORY_MODE },
};

static char **directories_of(const AppOptions *options, DirectoryKind kind)
{
    return options->said.list[kind_settings[kind].names];
}

int app_directories_add(PodManifest *manifest, RuntimeApp *app, const AppOptions *options, Error *reterr)
{
    for (DirectoryKind kind = 0; kind < _DIRECTORY_KIND_MAX; kind++)
        STRV_FOREACH (value, directories_of(options, kind)) {
            int r = add_directory(manifest, app, kind, *value, reterr);

            if (r < 0)
                return error_prefix(reterr, r, "--%s-directory=%s", directory_kind_to_string(kind), *value);
        }
    return 0;
}

/* ----- On the disk ----- */

/* Opens a directory, which is made if it is not there. */
static int open_or_make(int dir, const char *name, mode_t mode, int *ret, bool *ret_made)
{
    int fd;

    *ret_made = mkdirat(dir, name, mode) >= 0;
    if (!*ret_made && errno != EEXIST)
        return -errno;
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *ret = fd;
    return 0;
}

/* All above the last are root's, as systemd makes them. */
static int open_directory(int base, char *name, int *ret, bool *ret_made)
{
    _cleanup_close_ int above = -EBADF;
    char *rest = name;

    for (char *component; (component = strsep(&rest, "/"));) {
        int fd = -EBADF;
        int r = open_or_make(above >= 0 ? above : base, component, rest ? MODE_ABOVE : MODE_NEW, &fd,
                             ret_made);

        if (r < 0)
            return r;
        (void) safe_close(above);
        above = fd;
    }
    *ret = TAKE_FD(above);
    return 0;
}

/* As the app's user; group and capabilities may still let it in. */
static bool can_use(const PlanApp *app, const struct stat *st)
{
    mode_t needed = S_IWOTH | S_IXOTH;

    if (app->uid == 0 || st->st_uid == app->uid)
        return true;
    if ((st->st_mode & needed) == needed || st->st_gid == app->gid)
        return true;
    for (size_t i = 0; i < app->n_groups; i++)
        if (app->groups[i] == st->st_gid)
            return true;
    return false;
}

/* A start that was killed half-way leaves a new one as root's, empty and closed: it is given when it is found
 * so. One for configuration is root's in any case, so what is there stays as it is. */
static int give(int fd, const PlanApp *app, DirectoryKind kind, mode_t mode, bool made, bool *ret_usable)
{
    bool of_root = kind == DIRECTORY_CONFIGURATION;
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    *ret_usable = of_root || can_use(app, &st);
    if ((of_root && !made) || st.st_uid != 0 || (st.st_mode & 0777) != MODE_NEW ||
        directory_is_empty(fd, ".") <= 0)
        return 0;
    *ret_usable = true;
    if (!of_root && fchown(fd, app->uid, app->gid) < 0)
        return -errno;
    return fchmod(fd, mode) < 0 ? -errno : 0;
}

static int make_directory(const PodOptions *options, const PlanApp *app, DirectoryKind kind, mode_t mode,
                          const char *value, int base, Error *reterr)
{
    _cleanup_free_ char *name = NULL, *words = NULL, *target = NULL;
    const char *above = directory_kind_base(kind);
    _cleanup_close_ int fd = -EBADF;
    bool usable = true, made = false;
    int r = directory_parse(kind, value, &name, &target, reterr);

    if (r < 0)
        return r;
    words = strdup(name);
    if (!words)
        return -ENOMEM;
    r = open_directory(base, words, &fd, &made);
    if (r == -ELOOP || r == -ENOTDIR)
        return error_set(reterr, r,
                         "\"%s/%s\" is not a directory, or leads through a link, which is not followed: use "
                         "--volume= and --mount= (Volume= and Mount=) to name what it leads to",
                         above, name);
    if (r >= 0)
        r = give(fd, app, kind, mode, made, &usable);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot make the directory \"%s/%s\"", above, name);
    if (!usable && options->warn)
        options->warn(
                "app \"%s\": \"%s/%s\" belongs to somebody else and is left as it is; to give it to the "
                "app's user: chown -R %u:%u %s/%s",
                app->name, above, name, (unsigned) app->uid, (unsigned) app->gid, above, name);
    return 0;
}

static int make_directories(const PodOptions *options, const AppOptions *own, const PlanApp *app,
                            DirectoryKind kind, int record, Error *reterr)
{
    const char *text = app_said(own, kind_settings[kind].mode);
    _cleanup_close_ int base = -EBADF;
    mode_t mode = MODE_DEFAULT;
    int r;

    if (!directories_of(own, kind))
        return 0;
    r = text ? directory_mode_parse(text, &mode, reterr) : 0;
    if (r >= 0)
        r = host_path_open("the directory", directory_kind_base(kind), record, &base, reterr);
    STRV_FOREACH (value, directories_of(own, kind))
        if (r >= 0)
            r = make_directory(options, app, kind, mode, *value, base, reterr);
    return r;
}

int app_directories_make(const PodOptions *options, const Plan *plan, int record, Error *reterr)
{
    for (size_t i = 0; i < options->n_apps && i < plan->n_apps; i++)
        for (DirectoryKind kind = 0; kind < _DIRECTORY_KIND_MAX; kind++) {
            int r = make_directories(options, &options->apps[i], &plan->apps[i], kind, record, reterr);

            if (r < 0)
                return error_prefix(reterr, r, "app \"%s\"", plan->apps[i].name);
        }
    return 0;
}
