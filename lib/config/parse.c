/* SPDX-License-Identifier: Apache-2.0 */
/* Parses one configuration file. If it is not valid, its bytes are not quoted, because they may be a
 * password. */

#include <limits.h>
#include <string.h>

#include "appc/json.h"
#include "base/array.h"
#include "base/string-util.h"
#include "config/config-internal.h"

static const char *const config_kind_table[_CONFIG_KIND_MAX] = {
    [CONFIG_KIND_AUTH] = "auth",
    [CONFIG_KIND_DOCKER_AUTH] = "dockerAuth",
    [CONFIG_KIND_PATHS] = "paths",
    [CONFIG_KIND_STAGE1] = "stage1",
};
ConfigKind config_kind_from_string(const char *s);
DEFINE_STRING_TABLE(config_kind, ConfigKind)

static const char *const auth_type_table[_AUTH_TYPE_MAX] = {
    [AUTH_TYPE_BASIC] = "basic",
    [AUTH_TYPE_OAUTH] = "oauth",
    [AUTH_TYPE_AWS] = "aws",
};
AuthType auth_type_from_string(const char *s);
DEFINE_STRING_TABLE(auth_type, AuthType)

const AuthCredential auth_credentials[_AUTH_TYPE_MAX][AUTH_CREDENTIALS_MAX] = {
    [AUTH_TYPE_BASIC] = { { "user" }, { "password" } },
    [AUTH_TYPE_OAUTH] = { { "token" } },
    [AUTH_TYPE_AWS] = { { "accessKeyID" }, { "secretAccessKey" }, { "awsRegion", .optional = true } },
};

/* ----- Single values ----- */

/* 1: the key is there and not empty. */
static int get_text(const JsonNode *object, const char *key, JsonPresence presence, char **ret, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    int r = json_node_get_string(object, key, presence, &text, reterr);
    JsonNode node = { .parent = object, .key = key };

    if (r <= 0)
        return r;
    if (*text == '\0')
        return presence == JSON_OPTIONAL ? 0 : json_node_error(&node, -EBADMSG, reterr, "must not be empty");
    *ret = TAKE_PTR(text);
    return 1;
}

static bool is_path(const char *text)
{
    return *text == '/' && strlen(text) < PATH_MAX;
}

static bool is_location(const char *text)
{
    static const char *const schemes[] = { "file:///", "http://", "https://", "docker://" };

    for (size_t i = 0; i < ELEMENTSOF(schemes); i++)
        if (startswith(text, schemes[i]))
            return strlen(text) > strlen(schemes[i]);
    return is_path(text);
}

static bool is_any(const char *text _unused_)
{
    return true;
}

/* Whether host and port are valid in a URL and contain no other part of one. */
static bool is_host(const char *text)
{
    for (const char *s = text; *s; s++)
        if ((unsigned char) *s <= ' ' || (unsigned char) *s >= 0x7f || strchr("/@?#\\\"", *s))
            return false;
    return *text != '\0';
}

/* A field that a layer may set once. */
typedef struct Field {
    const char *name;
    size_t offset; /* of a char * in Config */
    bool (*is_valid)(const char *text);
    const char *must_be;
} Field;

static int read_field(Config *config, const JsonNode *object, const Field *field, Error *reterr)
{
    char **to = (char **) (void *) ((char *) config + field->offset);
    JsonNode node = { .parent = object, .key = field->name };
    _cleanup_free_ char *text = NULL;
    int r = get_text(object, field->name, JSON_OPTIONAL, &text, reterr);

    if (r <= 0)
        return r;
    if (!field->is_valid(text))
        return json_node_error(&node, -EBADMSG, reterr, "must be %s", field->must_be);
    if (*to)
        return json_node_error(&node, -EEXIST, reterr, "is set by another file of this directory, too");
    *to = TAKE_PTR(text);
    return 0;
}

static int read_fields(Config *config, const JsonNode *object, const Field *fields, Error *reterr)
{
    int r = 0;

    for (; r >= 0 && fields->name; fields++)
        r = read_field(config, object, fields, reterr);
    return r;
}

/* ----- The kinds ----- */

static int read_credentials(const JsonNode *object, Auth *auth, Error *reterr)
{
    const AuthCredential *known = auth_credentials[auth->type];
    JsonNode node;
    int r = json_node_get_object(object, "credentials", JSON_REQUIRED, &node, reterr);

    for (size_t i = 0; r >= 0 && i < AUTH_CREDENTIALS_MAX && known[i].name; i++)
        r = get_text(&node, known[i].name, known[i].optional ? JSON_OPTIONAL : JSON_REQUIRED,
                     &auth->credentials[i], reterr);
    return r;
}

static int add_auth(AuthList *list, const JsonNode *hosts, size_t index, const Auth *model, Error *reterr)
{
    JsonNode node = json_node_element(hosts, index);
    const char *host = json_string_value(node.value);
    Auth *auth;

    if (!host || !is_host(host))
        return json_node_error(&node, -EBADMSG, reterr, "must be a host, or HOST:PORT");
    for (size_t i = 0; i < list->n; i++)
        if (streq(list->items[i].host, host))
            return json_node_error(&node, -EEXIST, reterr,
                                   "\"%s\" is named twice in the files of this directory", host);
    if (list->n >= CONFIG_AUTHS_MAX)
        return json_node_error(&node, -EFBIG, reterr, "is one host too many: at most %d are allowed",
                               CONFIG_AUTHS_MAX);
    auth = ARRAY_APPEND(list->items, list->n);
    if (!auth)
        return -ENOMEM;
    auth->type = model->type;
    auth->host = strdup(host);
    if (!auth->host)
        return -ENOMEM;
    for (size_t i = 0; i < AUTH_CREDENTIALS_MAX; i++) {
        const char *credential = model->credentials[i];

        auth->credentials[i] = credential ? strdup(credential) : NULL;
        if (credential && !auth->credentials[i])
            return -ENOMEM;
    }
    return 0;
}

static int add_auths(AuthList *list, const JsonNode *object, const char *key, AuthType type, Error *reterr)
{
    _cleanup_(auth_done) Auth model = { .type = type };
    JsonNode hosts;
    int r = json_node_get_array(object, key, JSON_REQUIRED, &hosts, reterr);

    if (r >= 0 && json_node_size(&hosts) == 0)
        r = json_node_error(&hosts, -EBADMSG, reterr, "must not be empty");
    if (r >= 0)
        r = read_credentials(object, &model, reterr);
    for (size_t i = 0; r >= 0 && i < json_node_size(&hosts); i++)
        r = add_auth(list, &hosts, i, &model, reterr);
    return r;
}

static int read_auth(Config *config, const JsonNode *object, Error *reterr)
{
    JsonNode node = { .parent = object, .key = "type" };
    _cleanup_free_ char *text = NULL;
    AuthType type;
    int r = get_text(object, "type", JSON_REQUIRED, &text, reterr);

    if (r < 0)
        return r;
    type = auth_type_from_string(text);
    if ((int) type < 0)
        return json_node_error(&node, -EBADMSG, reterr, "must be basic, oauth or aws");
    return add_auths(&config->auth, object, "domains", type, reterr);
}

static int read_docker_auth(Config *config, const JsonNode *object, Error *reterr)
{
    return add_auths(&config->docker_auth, object, "registries", AUTH_TYPE_BASIC, reterr);
}

static int read_paths(Config *config, const JsonNode *object, Error *reterr)
{
    static const Field fields[] = {
        { "data", offsetof(Config, data), is_path, "an absolute path" },
        { "stage1-images", offsetof(Config, stage1_images), is_path, "an absolute path" },
        {},
    };

    return read_fields(config, object, fields, reterr);
}

static int read_stage1(Config *config, const JsonNode *object, Error *reterr)
{
    static const Field fields[] = {
        { "name", offsetof(Config, stage1_name), is_any, NULL },
        { "version", offsetof(Config, stage1_version), is_any, NULL },
        { "location", offsetof(Config, stage1_location), is_location,
          "an absolute path, or a URL (file, http, https, docker)" },
        {},
    };
    int r = read_fields(config, object, fields, reterr);

    if (r >= 0 && !config->stage1_name != !config->stage1_version)
        r = error_set(reterr, -EBADMSG, "%s: must be set, as %s is", config->stage1_name ? "version" : "name",
                      config->stage1_name ? "name" : "version");
    return r;
}

static const struct {
    ConfigTopic topic;
    int (*read)(Config *config, const JsonNode *object, Error *reterr);
} kinds[_CONFIG_KIND_MAX] = {
    [CONFIG_KIND_AUTH] = { CONFIG_TOPIC_AUTH, read_auth },
    [CONFIG_KIND_DOCKER_AUTH] = { CONFIG_TOPIC_AUTH, read_docker_auth },
    [CONFIG_KIND_PATHS] = { CONFIG_TOPIC_PATHS, read_paths },
    [CONFIG_KIND_STAGE1] = { CONFIG_TOPIC_STAGE1, read_stage1 },
};

/* ----- The file ----- */

static int read_kind(const JsonNode *root, ConfigTopic topic, ConfigKind *ret, Error *reterr)
{
    _cleanup_free_ char *kind = NULL, *version = NULL;
    int r = get_text(root, "rktKind", JSON_REQUIRED, &kind, reterr);

    if (r >= 0)
        r = get_text(root, "rktVersion", JSON_REQUIRED, &version, reterr);
    if (r < 0)
        return r;
    *ret = config_kind_from_string(kind);
    if ((int) *ret < 0 || kinds[*ret].topic != topic)
        return error_set(reterr, -EBADMSG, "rktKind: \"%s\" is not a valid kind in this directory", kind);
    if (!streq(version, CONFIG_VERSION))
        return error_set(reterr, -EBADMSG, "rktVersion: \"%s\" is not known, only " CONFIG_VERSION, version);
    return 0;
}

int config_parse(Config *config, ConfigTopic topic, const void *data, size_t size, Error *reterr)
{
    _cleanup_json_ json_t *json = NULL;
    JsonNode root;
    ConfigKind kind;
    int r = size > CONFIG_FILE_SIZE_MAX ? -EFBIG : json_parse_secret(data, size, &json, reterr);

    if (r < 0)
        return r;
    root = JSON_ROOT(json);
    r = read_kind(&root, topic, &kind, reterr);
    return r < 0 ? r : kinds[kind].read(config, &root, reterr);
}
