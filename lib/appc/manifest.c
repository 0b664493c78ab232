/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/manifest.h"

#include "appc/types.h"
#include "base/string-util.h"

int manifest_open(const void *data, size_t size, const char *kind, json_t **ret, char **ret_version,
                  Error *reterr)
{
    _cleanup_json_ json_t *json = NULL;
    _cleanup_free_ char *found = NULL, *version = NULL;
    JsonNode root;
    int r = json_parse(data, size, &json, reterr);

    if (r < 0)
        return r;
    root = JSON_ROOT(json);
    r = json_node_get_string(&root, "acKind", JSON_REQUIRED, &found, reterr);
    if (r < 0)
        return r;
    if (!streq(found, kind))
        return error_set(reterr, -EBADMSG, "acKind: must be %s, not \"%s\"", kind, found);
    r = json_node_get_string(&root, "acVersion", JSON_REQUIRED, &version, reterr);
    if (r < 0)
        return r;
    if (!ac_version_is_valid(version))
        return error_set(reterr, -EBADMSG, "acVersion: \"%s\" is not a semantic version", version);
    *ret = TAKE_PTR(json);
    *ret_version = TAKE_PTR(version);
    return 0;
}

json_t *manifest_new(const char *kind, const char *version)
{
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "acKind", kind) < 0 ||
        json_set_string(json, "acVersion", version ? version : APPC_VERSION) < 0)
        return NULL;
    return TAKE_PTR(json);
}

int manifest_get_image_id(const JsonNode *object, const char *key, char **ret, Error *reterr)
{
    _cleanup_free_ char *id = NULL;
    char image_key[IMAGE_KEY_LENGTH + 1];
    int r = json_node_get_string(object, key, JSON_OPTIONAL, &id, reterr);

    if (r <= 0)
        return r;
    if (*id == '\0')
        return 0;
    r = image_id_parse(id, image_key, reterr);
    if (r < 0) {
        JsonNode node = { .parent = object, .key = key };

        return json_node_locate_error(&node, -EBADMSG, reterr);
    }
    *ret = TAKE_PTR(id);
    return 1;
}

int manifest_get_identifier(const JsonNode *object, const char *key, JsonPresence presence, char **ret,
                            Error *reterr)
{
    _cleanup_free_ char *name = NULL;
    int r = json_node_get_string(object, key, presence, &name, reterr);

    if (r <= 0)
        return r;
    if (*name == '\0' && presence == JSON_OPTIONAL)
        return 0;
    if (!image_name_is_valid(name)) {
        JsonNode node = { .parent = object, .key = key };

        return json_node_error(&node, -EBADMSG, reterr, "bad name \"%s\"", name);
    }
    *ret = TAKE_PTR(name);
    return 1;
}
