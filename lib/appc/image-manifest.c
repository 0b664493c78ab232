/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/image-manifest.h"

#include "appc/manifest.h"
#include "base/array.h"
#include "base/string-util.h"

static ImageManifest *image_manifest_new(void)
{
    return calloc(1, sizeof(ImageManifest));
}

void image_manifest_free(ImageManifest *manifest)
{
    if (!manifest)
        return;
    free(manifest->ac_version);
    free(manifest->name);
    name_value_list_done(&manifest->labels);
    app_free(manifest->app);
    name_value_list_done(&manifest->annotations);
    image_manifest_make_whole(manifest);
    free(manifest);
}

void image_manifest_make_whole(ImageManifest *manifest)
{
    for (size_t i = 0; i < manifest->n_dependencies; i++) {
        free(manifest->dependencies[i].image_name);
        free(manifest->dependencies[i].image_id);
        name_value_list_done(&manifest->dependencies[i].labels);
    }
    free(manifest->dependencies);
    manifest->dependencies = NULL;
    manifest->n_dependencies = 0;
    strv_free(manifest->path_whitelist);
    manifest->path_whitelist = NULL;
}

/* ----- From JSON ----- */

static int read_dependency(const JsonNode *element, void *userdata, Error *reterr)
{
    ImageManifest *manifest = userdata;
    Dependency *dependency = ARRAY_APPEND(manifest->dependencies, manifest->n_dependencies);
    int64_t size = 0;
    int r;

    if (!dependency)
        return -ENOMEM;
    r = manifest_get_identifier(element, "imageName", JSON_REQUIRED, &dependency->image_name, reterr);
    if (r < 0)
        return r;
    r = manifest_get_image_id(element, "imageID", &dependency->image_id, reterr);
    if (r < 0)
        return r;
    r = name_value_list_from_json(element, "labels", NAME_VALUE_LABEL, &dependency->labels, reterr);
    if (r < 0)
        return r;
    r = json_node_get_integer(element, "size", JSON_OPTIONAL, 0, INT64_MAX, &size, reterr);
    if (r < 0)
        return r;
    dependency->size = (uint64_t) size;
    return 0;
}

static int read_path_whitelist(const JsonNode *object, ImageManifest *manifest, Error *reterr)
{
    int r = json_node_get_strv(object, "pathWhitelist", JSON_OPTIONAL, &manifest->path_whitelist, reterr);

    if (r < 0)
        return r;
    STRV_FOREACH (path, manifest->path_whitelist)
        if (**path != '/') {
            JsonNode list = { .parent = object, .key = "pathWhitelist" };
            JsonNode element = { .parent = &list, .index = (size_t) (path - manifest->path_whitelist) };

            return json_node_error(&element, -EBADMSG, reterr, "must be an absolute path");
        }
    return 0;
}

static int read_labels(const JsonNode *object, ImageManifest *manifest, Error *reterr)
{
    JsonNode labels = { .parent = object, .key = "labels" };
    int r = name_value_list_from_json(object, "labels", NAME_VALUE_LABEL, &manifest->labels, reterr);

    if (r < 0)
        return r;
    r = labels_check(&manifest->labels, reterr);
    return r < 0 ? json_node_locate_error(&labels, r, reterr) : 0;
}

static int read_app(const JsonNode *object, App **ret, Error *reterr)
{
    JsonNode app;
    int r = json_node_get_object(object, "app", JSON_OPTIONAL, &app, reterr);

    return r > 0 ? app_from_json(&app, ret, reterr) : r;
}

int image_manifest_parse(const void *data, size_t size, ImageManifest **ret, Error *reterr)
{
    _cleanup_(image_manifest_freep) ImageManifest *manifest = image_manifest_new();
    _cleanup_json_ json_t *json = NULL;
    JsonNode root;
    int r;

    if (!manifest)
        return -ENOMEM;
    r = manifest_open(data, size, "ImageManifest", &json, &manifest->ac_version, reterr);
    if (r < 0)
        return r;
    root = JSON_ROOT(json);
    r = manifest_get_identifier(&root, "name", JSON_REQUIRED, &manifest->name, reterr);
    if (r < 0)
        return r;
    r = read_labels(&root, manifest, reterr);
    if (r < 0)
        return r;
    r = read_app(&root, &manifest->app, reterr);
    if (r < 0)
        return r;
    r = name_value_list_from_json(&root, "annotations", NAME_VALUE_ANNOTATION, &manifest->annotations,
                                  reterr);
    if (r < 0)
        return r;
    r = json_node_read_list(&root, "dependencies", JSON_OPTIONAL, read_dependency, manifest, reterr);
    if (r < 0)
        return r;
    r = read_path_whitelist(&root, manifest, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(manifest);
    return 0;
}

/* ----- To JSON ----- */

static json_t *write_dependency(const void *item)
{
    const Dependency *dependency = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "imageName", dependency->image_name) < 0 ||
        json_set_string(json, "imageID", dependency->image_id) < 0 ||
        name_value_list_to_json(&dependency->labels, json, "labels") < 0)
        return NULL;
    if (dependency->size > 0 && json_set(json, "size", json_integer((json_int_t) dependency->size)) < 0)
        return NULL;
    return TAKE_PTR(json);
}

int image_manifest_format(const ImageManifest *manifest, bool pretty, char **ret)
{
    _cleanup_json_ json_t *json = manifest_new("ImageManifest", manifest->ac_version);

    if (json_set_string(json, "name", manifest->name) < 0 ||
        name_value_list_to_json(&manifest->labels, json, "labels") < 0 ||
        (manifest->app && json_set(json, "app", app_to_json(manifest->app)) < 0) ||
        name_value_list_to_json(&manifest->annotations, json, "annotations") < 0 ||
        json_set_list(json, "dependencies", manifest->dependencies, manifest->n_dependencies,
                      sizeof(Dependency), write_dependency) < 0 ||
        json_set_strv(json, "pathWhitelist", manifest->path_whitelist) < 0)
        return -ENOMEM;
    return json_format(json, pretty, ret);
}
