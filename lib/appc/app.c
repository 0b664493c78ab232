/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/app.h"

#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

App *app_new(void)
{
    return calloc(1, sizeof(App));
}

void app_free(App *app)
{
    if (!app)
        return;
    strv_free(app->exec);
    strv_free(app->pre_start);
    strv_free(app->post_stop);
    free(app->user);
    free(app->group);
    free(app->supplementary_gids);
    free(app->working_directory);
    name_value_list_done(&app->environment);
    for (size_t i = 0; i < app->n_mount_points; i++) {
        free(app->mount_points[i].name);
        free(app->mount_points[i].path);
    }
    free(app->mount_points);
    port_list_done(&app->ports);
    isolator_list_done(&app->isolators);
    name_value_list_done(&app->user_annotations);
    name_value_list_done(&app->user_labels);
    free(app);
}

/* Everything that can be written can be read, so an app is copied by writing and reading it. */
int app_copy(const App *app, App **ret)
{
    _cleanup_json_ json_t *json = app_to_json(app);
    JsonNode node = JSON_ROOT(json);

    return json ? app_from_json(&node, ret, NULL) : -ENOMEM;
}

int app_add_mount_point(App *app, const char *name, const char *path, bool read_only)
{
    _cleanup_free_ char *name_copy = strdup(name), *path_copy = strdup(path);
    MountPoint *added;

    if (!name_copy || !path_copy)
        return -ENOMEM;
    added = ARRAY_APPEND(app->mount_points, app->n_mount_points);
    if (!added)
        return -ENOMEM;
    *added = (MountPoint){ .name = TAKE_PTR(name_copy), .path = TAKE_PTR(path_copy), .read_only = read_only };
    return 0;
}

/* The highest number is not an ID: for the kernel it means "none". */
static int add_supplementary_gid(App *app, uint64_t value)
{
    gid_t *added;

    if (value >= UINT32_MAX)
        return -ERANGE;
    added = ARRAY_APPEND(app->supplementary_gids, app->n_supplementary_gids);
    if (!added)
        return -ENOMEM;
    *added = (gid_t) value;
    return 0;
}

int app_set_supplementary_gids(App *app, const char *text, Error *reterr)
{
    _cleanup_strv_ char **words = NULL;
    int r = strv_split(text, ",", &words);

    if (r < 0)
        return r;
    free(app->supplementary_gids);
    app->supplementary_gids = NULL;
    app->n_supplementary_gids = 0;
    STRV_FOREACH (word, words) {
        uint64_t value;

        r = parse_u64(*word, &value);
        if (r >= 0)
            r = add_supplementary_gid(app, value);
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            return error_set(reterr, -EINVAL, "\"%s\" is not a group ID", *word);
    }
    return 0;
}

/* ----- From JSON ----- */

static int read_event_handler(const JsonNode *element, void *userdata, Error *reterr)
{
    App *app = userdata;
    _cleanup_free_ char *name = NULL;
    char ***exec;
    int r = json_node_get_string(element, "name", JSON_REQUIRED, &name, reterr);

    if (r < 0)
        return r;
    if (streq(name, "pre-start"))
        exec = &app->pre_start;
    else if (streq(name, "post-stop"))
        exec = &app->post_stop;
    else
        return json_node_error(element, -EBADMSG, reterr, "bad name \"%s\": must be pre-start or post-stop",
                               name);
    if (*exec)
        return json_node_error(element, -EBADMSG, reterr, "duplicate name \"%s\"", name);
    r = json_node_get_strv(element, "exec", JSON_REQUIRED, exec, reterr);
    if (r < 0)
        return r;
    return *exec ? 0 : json_node_error(element, -EBADMSG, reterr, "exec must not be empty");
}

static int read_mount_point(const JsonNode *element, void *userdata, Error *reterr)
{
    _cleanup_free_ char *name = NULL, *path = NULL;
    bool read_only = false;
    int r;

    r = json_node_get_string(element, "name", JSON_REQUIRED, &name, reterr);
    if (r < 0)
        return r;
    if (!ac_name_is_valid(name))
        return json_node_error(element, -EBADMSG, reterr, "bad name \"%s\"", name);
    r = json_node_get_string(element, "path", JSON_REQUIRED, &path, reterr);
    if (r < 0)
        return r;
    if (path[0] != '/')
        return json_node_error(element, -EBADMSG, reterr, "path must be absolute: \"%s\"", path);
    r = json_node_get_bool(element, "readOnly", JSON_OPTIONAL, &read_only, reterr);
    if (r < 0)
        return r;
    return app_add_mount_point(userdata, name, path, read_only);
}

static int read_supplementary_gids(const JsonNode *object, App *app, Error *reterr)
{
    JsonNode array;
    int r = json_node_get_array(object, "supplementaryGIDs", JSON_OPTIONAL, &array, reterr);

    if (r <= 0)
        return r;
    for (size_t i = 0; i < json_node_size(&array); i++) {
        JsonNode element = json_node_element(&array, i);

        r = json_is_integer(element.value)
                    ? add_supplementary_gid(app, (uint64_t) json_integer_value(element.value))
                    : -EBADMSG;
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            return json_node_error(&element, -EBADMSG, reterr, "must be a group ID");
    }
    return 0;
}

/* Fields for the program, its user and its directory. */
static int read_process(const JsonNode *object, App *app, Error *reterr)
{
    int r = json_node_get_strv(object, "exec", JSON_OPTIONAL, &app->exec, reterr);

    if (r < 0)
        return r;
    r = json_node_get_string(object, "user", JSON_REQUIRED, &app->user, reterr);
    if (r < 0)
        return r;
    r = json_node_get_string(object, "group", JSON_REQUIRED, &app->group, reterr);
    if (r < 0)
        return r;
    if (*app->user == '\0' || *app->group == '\0')
        return json_node_error(object, -EBADMSG, reterr, "%s must not be empty",
                               *app->user ? "group" : "user");
    r = read_supplementary_gids(object, app, reterr);
    if (r < 0)
        return r;
    r = json_node_get_string(object, "workingDirectory", JSON_OPTIONAL, &app->working_directory, reterr);
    if (r < 0)
        return r;
    if (app->working_directory && *app->working_directory == '\0') {
        free(app->working_directory);
        app->working_directory = NULL;
    }
    if (app->working_directory && app->working_directory[0] != '/')
        return json_node_error(object, -EBADMSG, reterr, "workingDirectory must be absolute: \"%s\"",
                               app->working_directory);
    return name_value_list_from_json(object, "environment", NAME_VALUE_ENVIRONMENT, &app->environment,
                                     reterr);
}

int app_from_json(const JsonNode *object, App **ret, Error *reterr)
{
    _cleanup_(app_freep) App *app = app_new();
    int r;

    if (!app)
        return -ENOMEM;
    r = read_process(object, app, reterr);
    if (r < 0)
        return r;
    r = json_node_read_list(object, "eventHandlers", JSON_OPTIONAL, read_event_handler, app, reterr);
    if (r < 0)
        return r;
    r = json_node_read_list(object, "mountPoints", JSON_OPTIONAL, read_mount_point, app, reterr);
    if (r < 0)
        return r;
    r = port_list_from_json(object, "ports", &app->ports, reterr);
    if (r < 0)
        return r;
    r = isolator_list_from_json(object, "isolators", &app->isolators, reterr);
    if (r < 0)
        return r;
    r = name_value_map_from_json(object, "userAnnotations", &app->user_annotations, reterr);
    if (r < 0)
        return r;
    r = name_value_map_from_json(object, "userLabels", &app->user_labels, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(app);
    return 0;
}

/* ----- To JSON ----- */

static int write_event_handler(json_t *array, const char *name, char *const *exec)
{
    _cleanup_json_ json_t *json = NULL;

    if (!exec)
        return 0;
    json = json_object();
    if (json_set_string(json, "name", name) < 0 || json_set_strv(json, "exec", exec) < 0)
        return -ENOMEM;
    return json_append(array, TAKE_PTR(json));
}

static int write_event_handlers(json_t *object, const App *app)
{
    _cleanup_json_ json_t *array = NULL;

    if (!app->pre_start && !app->post_stop)
        return 0;
    array = json_array();
    if (write_event_handler(array, "pre-start", app->pre_start) < 0 ||
        write_event_handler(array, "post-stop", app->post_stop) < 0)
        return -ENOMEM;
    return json_set(object, "eventHandlers", TAKE_PTR(array));
}

static json_t *write_mount_point(const void *item)
{
    const MountPoint *mount_point = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", mount_point->name) < 0 ||
        json_set_string(json, "path", mount_point->path) < 0 ||
        json_set_true(json, "readOnly", mount_point->read_only) < 0)
        return NULL;
    return TAKE_PTR(json);
}

static json_t *write_gid(const void *item)
{
    return json_integer(*(const gid_t *) item);
}

json_t *app_to_json(const App *app)
{
    _cleanup_json_ json_t *json = json_object();

    if (json_set_strv(json, "exec", app->exec) < 0 || json_set_string(json, "user", app->user) < 0 ||
        json_set_string(json, "group", app->group) < 0 ||
        json_set_list(json, "supplementaryGIDs", app->supplementary_gids, app->n_supplementary_gids,
                      sizeof(gid_t), write_gid) < 0 ||
        write_event_handlers(json, app) < 0 ||
        json_set_string(json, "workingDirectory", app->working_directory) < 0 ||
        name_value_list_to_json(&app->environment, json, "environment") < 0 ||
        json_set_list(json, "mountPoints", app->mount_points, app->n_mount_points, sizeof(MountPoint),
                      write_mount_point) < 0 ||
        port_list_to_json(&app->ports, json, "ports") < 0 ||
        isolator_list_to_json(&app->isolators, json, "isolators") < 0 ||
        name_value_map_to_json(&app->user_annotations, json, "userAnnotations") < 0 ||
        name_value_map_to_json(&app->user_labels, json, "userLabels") < 0)
        return NULL;
    return TAKE_PTR(json);
}
