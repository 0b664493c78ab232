/* SPDX-License-Identifier: Apache-2.0 */
/* jansson itself limits the depth of a document (2048). The length of lists is limited because code that
 * looks for duplicate names in them takes n² steps. */

#include "appc/json.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/privilege.h"
#include "base/string-util.h"
#include "json-apart.h"

/* Manifests are untrusted, and root does not parse them itself. */
static int load(const void *data, size_t size, json_t **ret, json_error_t *ret_error)
{
    return geteuid() != 0 || SANITIZED ? -ENOSYS : json_load_apart(data, size, ret, ret_error);
}

static int parse(const void *data, size_t size, bool secret, json_t **ret, Error *reterr)
{
    _cleanup_json_ json_t *json = NULL;
    json_error_t error;
    int r;

    if (size > JSON_SIZE_MAX)
        return error_set(reterr, -EFBIG, "larger than %d bytes", JSON_SIZE_MAX);
    r = secret ? -ENOSYS : load(data, size, &json, &error);
    if (r == -ENOSYS)
        json = json_loadb(data, size, JSON_REJECT_DUPLICATES, &error);
    else if (r < 0)
        return error_set_errno(reterr, r, "cannot have JSON parsed");
    if (!json) {
        if (json_error_code(&error) == json_error_out_of_memory)
            return -ENOMEM;
        return error_set(reterr, -EBADMSG, "not valid JSON: line %d, column %d%s%s", error.line, error.column,
                         secret ? "" : ": ", secret ? "" : error.text);
    }
    if (!json_is_object(json))
        return error_set(reterr, -EBADMSG, "not a JSON object");
    *ret = TAKE_PTR(json);
    return 0;
}

int json_parse(const void *data, size_t size, json_t **ret, Error *reterr)
{
    return parse(data, size, false, ret, reterr);
}

int json_parse_secret(const void *data, size_t size, json_t **ret, Error *reterr)
{
    return parse(data, size, true, ret, reterr);
}

/* The only C0 characters that jansson writes are the newlines of its indentation. Refused characters above
 * C0 have at most four digits. */
static int escape_unprintable(const char *text, char **ret)
{
    _cleanup_buffer_ Buffer b = {};
    size_t size = strlen(text), plain = 0;

    for (size_t i = 0; i < size;) {
        size_t length = printable_character(text + i, size - i);

        if (length > 0 || text[i] == '\n') {
            i += length > 0 ? length : 1;
            continue;
        }
        length = utf8_character(text + i, size - i);
        buffer_add(&b, text + plain, i - plain);
        buffer_addf(&b, "\\u%04X", (unsigned) utf8_code_point(text + i, length));
        plain = i += length;
    }
    buffer_add(&b, text + plain, size - plain);
    return buffer_steal(&b, ret);
}

int json_dump(const json_t *value, size_t flags, char **ret)
{
    char *text = json_dumps(value, flags | JSON_ENCODE_ANY);
    int r = text ? escape_unprintable(text, ret) : -ENOMEM;

    free(text);
    return r;
}

int json_format(const json_t *value, bool pretty, char **ret)
{
    return json_dump(value, pretty ? JSON_INDENT(2) : JSON_COMPACT, ret);
}

/* ----- Reading ----- */

static void add_path(Buffer *b, const JsonNode *node)
{
    if (!node->parent)
        return;
    add_path(b, node->parent);
    if (!node->key)
        buffer_addf(b, "[%zu]", node->index);
    else
        buffer_addf(b, "%s%s", b->size > 0 ? "." : "", node->key);
}

int json_node_error(const JsonNode *node, int r, Error *reterr, const char *format, ...)
{
    _cleanup_buffer_ Buffer path = { 0 };
    _cleanup_free_ char *text = NULL;
    va_list ap;
    int n;

    if (!reterr)
        return r;
    va_start(ap, format);
    n = vasprintf(&text, format, ap);
    va_end(ap);
    if (n < 0) {
        text = NULL;
        return r;
    }
    add_path(&path, node);
    return error_set(reterr, r, "%s%s%s", path.data ? path.data : "", path.size > 0 ? ": " : "", text);
}

int json_node_locate_error(const JsonNode *node, int r, Error *reterr)
{
    _cleanup_free_ char *cause = NULL;

    if (!reterr || !error_cause(reterr))
        return r;
    cause = strdup(error_cause(reterr));
    return cause ? json_node_error(node, r, reterr, "%s", cause) : r;
}

int json_node_get(const JsonNode *object, const char *key, JsonPresence presence, JsonNode *ret,
                  Error *reterr)
{
    JsonNode node = { .value = json_object_get(object->value, key), .parent = object, .key = key };

    if (node.value && !json_is_null(node.value)) {
        *ret = node;
        return 1;
    }
    return presence == JSON_OPTIONAL ? 0 : json_node_error(&node, -EBADMSG, reterr, "must be set");
}

static const char *type_description(json_type type)
{
    switch (type) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "a list";
    case JSON_STRING: return "a string";
    case JSON_INTEGER: return "a whole number";
    default: return "a value of another type";
    }
}

static int check_type(const JsonNode *node, json_type type, Error *reterr)
{
    if (json_typeof(node->value) == type)
        return 0;
    return json_node_error(node, -EBADMSG, reterr, "must be %s", type_description(type));
}

static int get_typed(const JsonNode *object, const char *key, JsonPresence presence, json_type type,
                     JsonNode *ret, Error *reterr)
{
    JsonNode node;
    int r = json_node_get(object, key, presence, &node, reterr);

    if (r <= 0)
        return r;
    r = check_type(&node, type, reterr);
    if (r < 0)
        return r;
    *ret = node;
    return 1;
}

static int check_count(const JsonNode *node, size_t n, size_t max, Error *reterr)
{
    return n <= max ? 1 : json_node_error(node, -EFBIG, reterr, "has more than %zu entries", max);
}

int json_node_get_object(const JsonNode *object, const char *key, JsonPresence presence, JsonNode *ret,
                         Error *reterr)
{
    int r = get_typed(object, key, presence, JSON_OBJECT, ret, reterr);

    return r <= 0 ? r : check_count(ret, json_object_size(ret->value), JSON_ARRAY_MAX, reterr);
}

int json_node_get_array(const JsonNode *object, const char *key, JsonPresence presence, JsonNode *ret,
                        Error *reterr)
{
    int r = get_typed(object, key, presence, JSON_ARRAY, ret, reterr);

    return r <= 0 ? r : check_count(ret, json_array_size(ret->value), JSON_ARRAY_MAX, reterr);
}

int json_node_get_string(const JsonNode *object, const char *key, JsonPresence presence, char **ret,
                         Error *reterr)
{
    JsonNode node;
    char *copy;
    int r = get_typed(object, key, presence, JSON_STRING, &node, reterr);

    if (r <= 0)
        return r;
    copy = strdup(json_string_value(node.value));
    if (!copy)
        return -ENOMEM;
    *ret = copy;
    return 1;
}

int json_node_get_strv(const JsonNode *object, const char *key, JsonPresence presence, char ***ret,
                       Error *reterr)
{
    _cleanup_strv_ char **v = NULL;
    JsonNode array;
    size_t n;
    int r = get_typed(object, key, presence, JSON_ARRAY, &array, reterr);

    if (r <= 0)
        return r;
    n = json_node_size(&array);
    r = check_count(&array, n, JSON_STRINGS_MAX, reterr);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++) {
        JsonNode element = json_node_element(&array, i);

        r = check_type(&element, JSON_STRING, reterr);
        if (r >= 0)
            r = strv_extend(&v, json_string_value(element.value));
        if (r < 0)
            return r;
    }
    *ret = TAKE_PTR(v);
    return 1;
}

int json_node_get_bool(const JsonNode *object, const char *key, JsonPresence presence, bool *ret,
                       Error *reterr)
{
    JsonNode node;
    int r = json_node_get(object, key, presence, &node, reterr);

    if (r <= 0)
        return r;
    if (!json_is_boolean(node.value))
        return json_node_error(&node, -EBADMSG, reterr, "must be true or false");
    *ret = json_is_true(node.value);
    return 1;
}

int json_node_get_integer(const JsonNode *object, const char *key, JsonPresence presence, int64_t min,
                          int64_t max, int64_t *ret, Error *reterr)
{
    JsonNode node;
    int64_t value;
    int r = get_typed(object, key, presence, JSON_INTEGER, &node, reterr);

    if (r <= 0)
        return r;
    value = json_integer_value(node.value);
    if (value < min || value > max)
        return json_node_error(&node, -EBADMSG, reterr, "must be between %lld and %lld", (long long) min,
                               (long long) max);
    *ret = value;
    return 1;
}

size_t json_node_size(const JsonNode *array)
{
    return json_array_size(array->value);
}

JsonNode json_node_element(const JsonNode *array, size_t index)
{
    return (JsonNode){ .value = json_array_get(array->value, index), .parent = array, .index = index };
}

int json_node_read_list(const JsonNode *object, const char *key, JsonPresence presence,
                        JsonElementReader reader, void *userdata, Error *reterr)
{
    JsonNode array;
    int r = json_node_get_array(object, key, presence, &array, reterr);

    if (r <= 0)
        return r;
    for (size_t i = 0; i < json_node_size(&array); i++) {
        JsonNode element = json_node_element(&array, i);

        r = check_type(&element, JSON_OBJECT, reterr);
        if (r < 0)
            return r;
        r = reader(&element, userdata, reterr);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ----- Building ----- */

int json_set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

int json_append(json_t *array, json_t *value)
{
    return json_array_append_new(array, value) < 0 ? -ENOMEM : 0;
}

int json_set_string(json_t *object, const char *key, const char *value)
{
    return value ? json_set(object, key, json_string(value)) : 0;
}

int json_set_strv(json_t *object, const char *key, char *const *value)
{
    _cleanup_json_ json_t *array = NULL;

    if (!value)
        return 0;
    array = json_array();
    if (!array)
        return -ENOMEM;
    STRV_FOREACH (s, value) {
        int r = json_append(array, json_string(*s));

        if (r < 0)
            return r;
    }
    return json_set(object, key, TAKE_PTR(array));
}

int json_set_true(json_t *object, const char *key, bool value)
{
    return value ? json_set(object, key, json_true()) : 0;
}

int json_set_list(json_t *object, const char *key, const void *items, size_t n, size_t size,
                  JsonElementWriter writer)
{
    _cleanup_json_ json_t *array = NULL;

    if (n == 0)
        return 0;
    array = json_array();
    for (size_t i = 0; i < n; i++)
        if (json_append(array, writer((const char *) items + i * size)) < 0)
            return -ENOMEM;
    return json_set(object, key, TAKE_PTR(array));
}
