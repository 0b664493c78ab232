/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/pod-manifest.h"

#include "appc/manifest.h"
#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

PodManifest *pod_manifest_new(void)
{
    return calloc(1, sizeof(PodManifest));
}

static void runtime_app_done(RuntimeApp *app)
{
    free(app->name);
    free(app->image.name);
    free(app->image.id);
    name_value_list_done(&app->image.labels);
    app_free(app->app);
    mount_list_done(&app->mounts);
    name_value_list_done(&app->annotations);
}

void pod_manifest_free(PodManifest *manifest)
{
    if (!manifest)
        return;
    free(manifest->ac_version);
    for (size_t i = 0; i < manifest->n_apps; i++)
        runtime_app_done(&manifest->apps[i]);
    free(manifest->apps);
    volume_list_done(&manifest->volumes);
    isolator_list_done(&manifest->isolators);
    name_value_list_done(&manifest->annotations);
    exposed_port_list_done(&manifest->ports);
    name_value_list_done(&manifest->user_annotations);
    name_value_list_done(&manifest->user_labels);
    free(manifest);
}

const RuntimeApp *pod_manifest_find_app(const PodManifest *manifest, const char *name)
{
    for (size_t i = 0; i < manifest->n_apps; i++)
        if (streq(manifest->apps[i].name, name))
            return &manifest->apps[i];
    return NULL;
}

int pod_manifest_add_app(PodManifest *manifest, const char *name, RuntimeApp **ret, Error *reterr)
{
    _cleanup_free_ char *copy = NULL;
    RuntimeApp *app;

    if (!ac_name_is_valid(name))
        return error_set(reterr, -EINVAL, "bad app name \"%s\"", name);
    if (pod_manifest_find_app(manifest, name))
        return error_set(reterr, -EEXIST, "duplicate app name \"%s\"", name);
    copy = strdup(name);
    if (!copy)
        return -ENOMEM;
    app = ARRAY_APPEND(manifest->apps, manifest->n_apps);
    if (!app)
        return -ENOMEM;
    app->name = TAKE_PTR(copy);
    *ret = app;
    return 0;
}

/* ----- From JSON ----- */

static int read_image(const JsonNode *object, RuntimeApp *app, Error *reterr)
{
    JsonNode image;
    int r = json_node_get_object(object, "image", JSON_REQUIRED, &image, reterr);

    if (r < 0)
        return r;
    r = manifest_get_image_id(&image, "id", &app->image.id, reterr);
    if (r < 0)
        return r;
    r = manifest_get_identifier(&image, "name", JSON_OPTIONAL, &app->image.name, reterr);
    if (r < 0)
        return r;
    if (!app->image.id && !app->image.name)
        return json_node_error(&image, -EBADMSG, reterr, "id must be set");
    return name_value_list_from_json(&image, "labels", NAME_VALUE_LABEL, &app->image.labels, reterr);
}

static int read_runtime_app(const JsonNode *element, void *userdata, Error *reterr)
{
    _cleanup_free_ char *name = NULL;
    RuntimeApp *app;
    JsonNode object;
    int r;

    r = json_node_get_string(element, "name", JSON_REQUIRED, &name, reterr);
    if (r < 0)
        return r;
    r = pod_manifest_add_app(userdata, name, &app, reterr);
    if (r < 0)
        return json_node_locate_error(element, r, reterr);
    r = read_image(element, app, reterr);
    if (r < 0)
        return r;
    r = json_node_get_object(element, "app", JSON_OPTIONAL, &object, reterr);
    if (r > 0)
        r = app_from_json(&object, &app->app, reterr);
    if (r < 0)
        return r;
    r = json_node_get_bool(element, "readOnlyRootFS", JSON_OPTIONAL, &app->read_only_rootfs, reterr);
    if (r < 0)
        return r;
    r = mount_list_from_json(element, "mounts", &app->mounts, reterr);
    if (r < 0)
        return r;
    return name_value_list_from_json(element, "annotations", NAME_VALUE_ANNOTATION, &app->annotations,
                                     reterr);
}

/* Fields that the apps share. */
static int read_shared(const JsonNode *root, PodManifest *manifest, Error *reterr)
{
    int r = volume_list_from_json(root, "volumes", &manifest->volumes, reterr);

    if (r < 0)
        return r;
    r = isolator_list_from_json(root, "isolators", &manifest->isolators, reterr);
    if (r < 0)
        return r;
    r = name_value_list_from_json(root, "annotations", NAME_VALUE_ANNOTATION, &manifest->annotations, reterr);
    if (r < 0)
        return r;
    r = exposed_port_list_from_json(root, "ports", &manifest->ports, reterr);
    if (r < 0)
        return r;
    r = name_value_map_from_json(root, "userAnnotations", &manifest->user_annotations, reterr);
    if (r < 0)
        return r;
    return name_value_map_from_json(root, "userLabels", &manifest->user_labels, reterr);
}

int pod_manifest_parse(const void *data, size_t size, PodManifest **ret, Error *reterr)
{
    _cleanup_(pod_manifest_freep) PodManifest *manifest = pod_manifest_new();
    _cleanup_json_ json_t *json = NULL;
    JsonNode root;
    int r;

    if (!manifest)
        return -ENOMEM;
    r = manifest_open(data, size, "PodManifest", &json, &manifest->ac_version, reterr);
    if (r < 0)
        return r;
    root = JSON_ROOT(json);
    r = json_node_read_list(&root, "apps", JSON_OPTIONAL, read_runtime_app, manifest, reterr);
    if (r < 0)
        return r;
    r = read_shared(&root, manifest, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(manifest);
    return 0;
}

/* ----- To JSON ----- */

static json_t *write_image(const RuntimeApp *app)
{
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", app->image.name) < 0 ||
        json_set_string(json, "id", app->image.id) < 0 ||
        name_value_list_to_json(&app->image.labels, json, "labels") < 0)
        return NULL;
    return TAKE_PTR(json);
}

static json_t *write_runtime_app(const void *item)
{
    const RuntimeApp *app = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", app->name) < 0 || json_set(json, "image", write_image(app)) < 0 ||
        (app->app && json_set(json, "app", app_to_json(app->app)) < 0) ||
        json_set_true(json, "readOnlyRootFS", app->read_only_rootfs) < 0 ||
        mount_list_to_json(&app->mounts, json, "mounts") < 0 ||
        name_value_list_to_json(&app->annotations, json, "annotations") < 0)
        return NULL;
    return TAKE_PTR(json);
}

/* The specification requires these lists even if they are empty. */
int pod_manifest_format(const PodManifest *manifest, bool pretty, char **ret)
{
    _cleanup_json_ json_t *json = manifest_new("PodManifest", manifest->ac_version);

    if (json_set(json, "apps", json_array()) < 0 ||
        json_set_list(json, "apps", manifest->apps, manifest->n_apps, sizeof(RuntimeApp), write_runtime_app) <
                0 ||
        volume_list_to_json(&manifest->volumes, json, "volumes") < 0 ||
        isolator_list_to_json(&manifest->isolators, json, "isolators") < 0 ||
        name_value_list_to_json(&manifest->annotations, json, "annotations") < 0 ||
        exposed_port_list_to_json(&manifest->ports, json, "ports") < 0 ||
        name_value_map_to_json(&manifest->user_annotations, json, "userAnnotations") < 0 ||
        name_value_map_to_json(&manifest->user_labels, json, "userLabels") < 0)
        return -ENOMEM;
    return json_format(json, pretty, ret);
}
