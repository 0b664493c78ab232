/* SPDX-License-Identifier: Apache-2.0 */

#include "make-manifest.h"

#include "app-environment.h"
#include "base/array.h"
#include "base/string-util.h"
#include "prepare/app-directories.h"

/* ----- One app ----- */

/* --exec takes the place of the image's command line, arguments go behind what there is. */
static int set_exec(App *app, const AppOptions *options)
{
    const char *program = app_said(options, SETTING_APP_EXEC);
    int r = 0;

    if (program) {
        strv_free(app->exec);
        app->exec = NULL;
        r = strv_extend(&app->exec, program);
    }
    STRV_FOREACH (word, options->arguments)
        if (r >= 0)
            r = strv_extend(&app->exec, *word);
    return r;
}

static int set_string(char **field, const char *value)
{
    char *copy;

    if (!value)
        return 0;
    copy = strdup(value);
    if (!copy)
        return -ENOMEM;
    free(*field);
    *field = copy;
    return 0;
}

static int fail_isolator(Error *reterr, int r, const AppOptions *options, SettingId id)
{
    return error_prefix(reterr, r, "image \"%s\": --%s=%s", options->image, settings[id].flag,
                        app_said(options, id));
}

static int set_isolators(App *app, const AppOptions *options, Error *reterr)
{
    const char *filter = app_said(options, SETTING_APP_SECCOMP);
    int r;

    for (SettingId id = 0; id < _SETTING_MAX; id++) {
        IsolatorKind kind = app_said(options, id) ? isolator_kind_of_setting(id) : _ISOLATOR_KIND_INVALID;

        r = kind >= 0 ? isolator_list_set(&app->isolators, kind, app_said(options, id), reterr) : 0;
        if (r < 0)
            return fail_isolator(reterr, r, options, id);
    }
    r = filter ? isolator_list_set_seccomp(&app->isolators, filter, reterr) : 0;
    return r < 0 ? fail_isolator(reterr, r, options, SETTING_APP_SECCOMP) : 0;
}

static int activate_ports(App *app, const AppOptions *options, Error *reterr)
{
    STRV_FOREACH (text, options->said.list[SETTING_APP_SOCKET_ACTIVATED]) {
        int r = port_list_activate(&app->ports, *text, reterr);

        if (r < 0)
            return error_prefix(reterr, r, "--socket-activated=%s", *text);
    }
    return 0;
}

static int set_app(App *app, const PodOptions *options, const AppOptions *app_options,
                   const NameValueList *from_files, Error *reterr)
{
    const char *groups = app_said(app_options, SETTING_APP_SUPPLEMENTARY_GIDS);
    int r = set_exec(app, app_options);

    if (r >= 0)
        r = set_string(&app->user, app_said(app_options, SETTING_APP_USER));
    if (r >= 0)
        r = set_string(&app->group, app_said(app_options, SETTING_APP_GROUP));
    if (r >= 0)
        r = set_string(&app->working_directory, app_said(app_options, SETTING_APP_WORKING_DIRECTORY));
    if (r >= 0 && groups)
        r = app_set_supplementary_gids(app, groups, reterr);
    if (r >= 0)
        r = app_set_environment(app, options, app_options, from_files);
    if (r >= 0)
        r = activate_ports(app, app_options, reterr);
    if (r >= 0)
        r = pairs_set(&app->user_annotations, app_options->said.list[SETTING_APP_USER_ANNOTATION]);
    if (r >= 0)
        r = pairs_set(&app->user_labels, app_options->said.list[SETTING_APP_USER_LABEL]);
    return r;
}

/* Lists as words with commas between them. */
static int add_annotation(RuntimeApp *app, const AppOptions *options, SettingId id)
{
    _cleanup_free_ char *words = options->said.list[id] ? strv_join(options->said.list[id], ",") : NULL;
    const char *value = options->said.list[id] ? words : app_said(options, id);

    if (options->said.list[id] && !words)
        return -ENOMEM;
    return value ? name_value_list_set(&app->annotations, settings[id].annotation, value) : 0;
}

static int add_annotations(RuntimeApp *app, const AppOptions *options)
{
    int r = pairs_set(&app->annotations, options->said.list[SETTING_APP_ANNOTATION]);

    for (SettingId id = 0; r >= 0 && id < _SETTING_MAX; id++)
        if (settings[id].annotation)
            r = add_annotation(app, options, id);
    return r;
}

/* Mounts before any image are of all apps; an app's own one at the same place wins. */
static int add_mounts(PodManifest *manifest, RuntimeApp *app, const PodOptions *options,
                      const AppOptions *app_options, Error *reterr)
{
    int r = mount_list_copy(&app_options->said.mounts, &app->mounts);

    if (r >= 0)
        r = app_directories_add(manifest, app, app_options, reterr);
    for (size_t i = 0; r >= 0 && i < options->said.mounts.n; i++)
        if (!mount_list_find_path(&app->mounts, options->said.mounts.items[i].path))
            r = mount_list_add(&app->mounts, options->said.mounts.items[i].volume,
                               options->said.mounts.items[i].path);
    return r;
}

/* The image as the manifest names it, and what it says of its app where that is not given. */
static int fill_from_image(RuntimeApp *app, const AppImage *image, Error *reterr)
{
    int r;

    r = labels_check_runnable(&image->manifest->labels, reterr);
    if (r >= 0)
        r = set_string(&app->image.id, image->key);
    if (r >= 0 && !app->image.name) {
        r = set_string(&app->image.name, image->manifest->name);
        if (r >= 0)
            r = name_value_list_copy(&image->manifest->labels, &app->image.labels);
    }
    if (r >= 0 && !app->app && image->manifest->app)
        r = app_copy(image->manifest->app, &app->app);
    return r;
}

static int make_app_name(const AppOptions *options, const AppImage *image, char **ret, Error *reterr)
{
    const char *name = app_said(options, SETTING_APP_NAME);

    if (!name)
        return ac_name_from_image(image->manifest->name, ret);
    if (!ac_name_is_valid(name))
        return error_set(reterr, -EINVAL, "--name=%s: not a valid app name", name);
    *ret = strdup(name);
    return *ret ? 0 : -ENOMEM;
}

static int check_app(const RuntimeApp *app, Error *reterr)
{
    if (!app->app || !app->app->exec || !app->app->exec[0])
        return error_set(reterr, -EINVAL,
                         "app \"%s\" has nothing to run: neither its image nor --exec says what", app->name);
    return 0;
}

/* For an image that has none; --exec says what to run then. */
static int make_app(App **ret)
{
    _cleanup_(app_freep) App *app = app_new();
    int r = app ? set_string(&app->user, "0") : -ENOMEM;

    if (r >= 0)
        r = set_string(&app->group, "0");
    if (r >= 0)
        *ret = TAKE_PTR(app);
    return r;
}

static int add_app(PodManifest *manifest, const PodOptions *options, const AppOptions *app_options,
                   const AppImage *image, const NameValueList *from_files, Error *reterr)
{
    _cleanup_free_ char *name = NULL;
    RuntimeApp *app;
    int r;

    r = make_app_name(app_options, image, &name, reterr);
    if (r >= 0)
        r = pod_manifest_add_app(manifest, name, &app, reterr);
    if (r >= 0)
        r = fill_from_image(app, image, reterr);
    if (r >= 0 && !app->app)
        r = make_app(&app->app);
    if (r >= 0)
        r = set_app(app->app, options, app_options, from_files, reterr);
    if (r >= 0)
        r = add_annotations(app, app_options);
    if (r >= 0)
        r = add_mounts(manifest, app, options, app_options, reterr);
    if (r < 0)
        return error_prefix(reterr, r, "image \"%s\"", app_options->image);
    app->read_only_rootfs = said_true(&app_options->said, SETTING_APP_READONLY_ROOTFS);
    r = set_isolators(app->app, app_options, reterr);
    return r < 0 ? r : check_app(app, reterr);
}

/* ----- The pod ----- */

static int copy_volumes(const VolumeList *from, VolumeList *to)
{
    for (size_t i = 0; i < from->n; i++) {
        Volume *volume = ARRAY_APPEND(to->items, to->n);

        if (!volume)
            return -ENOMEM;
        *volume = from->items[i];
        volume->name = strdup(from->items[i].name);
        volume->source = from->items[i].source ? strdup(from->items[i].source) : NULL;
        if (!volume->name || (from->items[i].source && !volume->source))
            return -ENOMEM;
    }
    return 0;
}

static int add_ports(PodManifest *manifest, const PodOptions *options, Error *reterr)
{
    STRV_FOREACH (port, options->said.list[SETTING_POD_PORT]) {
        int r = exposed_port_list_add_text(&manifest->ports, *port, reterr);

        if (r < 0)
            return r;
    }
    return 0;
}

static const Port *find_port(const PodManifest *manifest, const char *name)
{
    for (size_t i = 0; i < manifest->n_apps; i++) {
        const Port *port = port_list_find(&manifest->apps[i].app->ports, name);

        if (port)
            return port;
    }
    return NULL;
}

static int refuse_forwarding(const Port *port, const char *network, Error *reterr)
{
    if (network && streq(network, "host"))
        return error_set(
                reterr, -EINVAL,
                "port \"%s\": with --net=host nothing is forwarded, port %u of the app is the host's; "
                "leave --port out",
                port->name, (unsigned) port->port);
    if (network && streq(network, "none"))
        return error_set(
                reterr, -EINVAL,
                "port \"%s\": with --net=none there is no network to forward to; only a port that is "
                "socketActivated can be one of the host's",
                port->name);
    return error_set(reterr, -EOPNOTSUPP,
                     "port \"%s\": forwarding a port that is not socketActivated is not built yet",
                     port->name);
}

/* A port of the host counts where systemd listens on it; nothing is forwarded. */
static int check_ports(const PodManifest *manifest, const char *network, Error *reterr)
{
    for (size_t i = 0; i < manifest->ports.n; i++) {
        const ExposedPort *exposed = &manifest->ports.items[i];
        const Port *port = find_port(manifest, exposed->name);

        if (!port)
            return error_set(reterr, -ENOENT, "port \"%s\": no app has a port of that name", exposed->name);
        if (!port->socket_activated || exposed->pod_port)
            return refuse_forwarding(port, network, reterr);
    }
    return 0;
}

int pod_manifest_from_options(const PodOptions *options, const AppImage *images, int record,
                              PodManifest **ret, Error *reterr)
{
    _cleanup_(pod_manifest_freep) PodManifest *manifest = pod_manifest_new();
    _cleanup_name_values_ NameValueList from_files = {};
    int r;

    if (!manifest)
        return -ENOMEM;
    r = environment_files_read(options, record, &from_files, reterr);
    if (r >= 0)
        r = pairs_set(&manifest->annotations, options->said.list[SETTING_POD_ANNOTATION]);
    if (r >= 0)
        r = pairs_set(&manifest->user_annotations, options->said.list[SETTING_POD_USER_ANNOTATION]);
    if (r >= 0)
        r = pairs_set(&manifest->user_labels, options->said.list[SETTING_POD_USER_LABEL]);
    if (r >= 0)
        r = copy_volumes(&options->volumes, &manifest->volumes);
    for (size_t i = 0; r >= 0 && i < options->n_apps; i++)
        r = add_app(manifest, options, &options->apps[i], &images[i], &from_files, reterr);
    if (r >= 0)
        r = add_ports(manifest, options, reterr);
    if (r >= 0)
        r = check_ports(manifest, options->network, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(manifest);
    return 0;
}

int pod_manifest_fill(PodManifest *manifest, const PodOptions *options, const AppImage *images, Error *reterr)
{
    if (manifest->n_apps == 0)
        return error_set(reterr, -EINVAL, "pod must contain at least one application");
    if (manifest->isolators.n > 0)
        return error_set(reterr, -EOPNOTSUPP, "isolators of a whole pod are not built yet");
    for (size_t i = 0; i < manifest->n_apps; i++) {
        int r = fill_from_image(&manifest->apps[i], &images[i], reterr);

        if (r < 0)
            return error_prefix(reterr, r, "app \"%s\"", manifest->apps[i].name);
        r = check_app(&manifest->apps[i], reterr);
        if (r < 0)
            return r;
    }
    return check_ports(manifest, options->network, reterr);
}

const Volume *pod_manifest_mount_volume(const PodManifest *manifest, const Mount *mount)
{
    return mount->app_volume ? mount->app_volume : volume_list_find(&manifest->volumes, mount->volume);
}

static int complete_mount_point(PodManifest *manifest, RuntimeApp *app, const MountPoint *point,
                                Error *reterr)
{
    _cleanup_free_ char *name = NULL;
    int r;

    if (mount_list_find_path(&app->mounts, point->path))
        return 0;
    if (volume_list_find(&manifest->volumes, point->name))
        return mount_list_add(&app->mounts, point->name, point->path);
    if (asprintf(&name, "%s-%s", app->name, point->name) < 0) {
        name = NULL;
        return -ENOMEM;
    }
    if (!volume_list_find(&manifest->volumes, name)) {
        r = volume_list_add_empty(&manifest->volumes, name, 0755, 0, 0, reterr);
        if (r < 0)
            return r;
    }
    return mount_list_add(&app->mounts, name, point->path);
}

int pod_manifest_complete_mounts(PodManifest *manifest, Error *reterr)
{
    for (size_t i = 0; i < manifest->n_apps; i++) {
        RuntimeApp *app = &manifest->apps[i];

        for (size_t k = 0; k < app->app->n_mount_points; k++) {
            int r = complete_mount_point(manifest, app, &app->app->mount_points[k], reterr);

            if (r < 0)
                return error_prefix(reterr, r, "app \"%s\": mount point \"%s\"", app->name,
                                    app->app->mount_points[k].name);
        }
        for (size_t k = 0; k < app->mounts.n; k++)
            if (!pod_manifest_mount_volume(manifest, &app->mounts.items[k]))
                return error_set(reterr, -ENOENT, "app \"%s\": there is no volume \"%s\" to mount at \"%s\"",
                                 app->name, app->mounts.items[k].volume, app->mounts.items[k].path);
    }
    return 0;
}
