/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/name-value.h"

#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

void name_value_list_done(NameValueList *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->items[i].name);
        free(list->items[i].value);
    }
    free(list->items);
    *list = (NameValueList){ 0 };
}

static NameValue *find(const NameValueList *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (streq(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

const char *name_value_list_get(const NameValueList *list, const char *name)
{
    const NameValue *item = find(list, name);

    return item ? item->value : NULL;
}

int name_value_list_add(NameValueList *list, const char *name, const char *value)
{
    _cleanup_free_ char *name_copy = strdup(name), *value_copy = strdup(value);
    NameValue *item;

    if (!name_copy || !value_copy)
        return -ENOMEM;
    item = ARRAY_APPEND(list->items, list->n);
    if (!item)
        return -ENOMEM;
    *item = (NameValue){ .name = TAKE_PTR(name_copy), .value = TAKE_PTR(value_copy) };
    return 0;
}

int name_value_list_set(NameValueList *list, const char *name, const char *value)
{
    NameValue *item = find(list, name);
    char *copy;

    if (!item)
        return name_value_list_add(list, name, value);
    copy = strdup(value);
    if (!copy)
        return -ENOMEM;
    free(item->value);
    item->value = copy;
    return 0;
}

int name_value_list_copy(const NameValueList *list, NameValueList *ret)
{
    _cleanup_name_values_ NameValueList copy = { 0 };

    for (size_t i = 0; i < list->n; i++) {
        int r = name_value_list_add(&copy, list->items[i].name, list->items[i].value);

        if (r < 0)
            return r;
    }
    *ret = TAKE_STRUCT(copy);
    return 0;
}

/* ----- JSON ----- */

static bool label_name_is_valid(const char *s)
{
    return ac_identifier_is_valid(s) && !streq(s, "name");
}

static bool (*const name_is_valid[])(const char *s) = {
    [NAME_VALUE_LABEL] = label_name_is_valid,
    [NAME_VALUE_ANNOTATION] = ac_identifier_is_valid,
    [NAME_VALUE_ENVIRONMENT] = environment_name_is_valid,
};

typedef struct ReadState {
    NameValueKind kind;
    NameValueList list;
} ReadState;

static int read_name_value(const JsonNode *element, void *userdata, Error *reterr)
{
    ReadState *state = userdata;
    _cleanup_free_ char *name = NULL, *value = NULL;
    int r;

    r = json_node_get_string(element, "name", JSON_REQUIRED, &name, reterr);
    if (r < 0)
        return r;
    r = json_node_get_string(element, "value", JSON_OPTIONAL, &value, reterr);
    if (r < 0)
        return r;
    if (!name_is_valid[state->kind](name))
        return json_node_error(element, -EBADMSG, reterr, "bad name \"%s\"", name);
    if (find(&state->list, name))
        return json_node_error(element, -EBADMSG, reterr, "duplicate name \"%s\"", name);
    return name_value_list_add(&state->list, name, value ? value : "");
}

int name_value_list_from_json(const JsonNode *object, const char *key, NameValueKind kind, NameValueList *ret,
                              Error *reterr)
{
    ReadState state = { .kind = kind };
    int r = json_node_read_list(object, key, JSON_OPTIONAL, read_name_value, &state, reterr);

    if (r < 0) {
        name_value_list_done(&state.list);
        return r;
    }
    *ret = state.list;
    return 0;
}

static json_t *name_value_to_json(const void *item)
{
    const NameValue *name_value = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", name_value->name) < 0 ||
        json_set_string(json, "value", name_value->value) < 0)
        return NULL;
    return TAKE_PTR(json);
}

int name_value_list_to_json(const NameValueList *list, json_t *object, const char *key)
{
    return json_set_list(object, key, list->items, list->n, sizeof(NameValue), name_value_to_json);
}

int name_value_map_from_json(const JsonNode *object, const char *key, NameValueList *ret, Error *reterr)
{
    _cleanup_name_values_ NameValueList list = { 0 };
    JsonNode map;
    const char *name;
    json_t *value;
    int r = json_node_get_object(object, key, JSON_OPTIONAL, &map, reterr);

    if (r <= 0)
        return r;
    json_object_foreach (map.value, name, value) {
        if (!json_is_string(value))
            return json_node_error(&(JsonNode){ .parent = &map, .key = name }, -EBADMSG, reterr,
                                   "must be a string");
        r = name_value_list_add(&list, name, json_string_value(value));
        if (r < 0)
            return r;
    }
    *ret = TAKE_STRUCT(list);
    return 0;
}

int name_value_map_to_json(const NameValueList *list, json_t *object, const char *key)
{
    _cleanup_json_ json_t *map = NULL;

    if (list->n == 0)
        return 0;
    map = json_object();
    for (size_t i = 0; i < list->n; i++)
        if (json_set_string(map, list->items[i].name, list->items[i].value) < 0)
            return -ENOMEM;
    return json_set(object, key, TAKE_PTR(map));
}

/* ----- Labels ----- */

bool labels_match(const NameValueList *labels, const NameValueList *wanted)
{
    for (size_t i = 0; i < wanted->n; i++)
        if (!streq_ptr(name_value_list_get(labels, wanted->items[i].name), wanted->items[i].value))
            return false;
    return true;
}

static const struct OperatingSystem {
    const char *os;
    const char *archs; /* with spaces between them */
} operating_systems[] = {
    { "linux", "amd64 i386 aarch64 aarch64_be armv6l armv7l armv7b ppc64 ppc64le s390x" },
    { "freebsd", "amd64 i386 arm" },
    { "darwin", "x86_64 i386" },
};

static int check_arch(const struct OperatingSystem *os, const char *arch, Error *reterr)
{
    _cleanup_strv_ char **archs = NULL;
    int r = strv_split(os->archs, " ", &archs);

    if (r < 0)
        return r;
    if (strv_contains(archs, arch))
        return 0;
    return error_set(reterr, -EBADMSG, "bad arch \"%s\" for %s (must be one of: %s)", arch, os->os,
                     os->archs);
}

int labels_check(const NameValueList *labels, Error *reterr)
{
    const char *os = name_value_list_get(labels, "os"), *arch = name_value_list_get(labels, "arch");

    for (size_t i = 0; os && i < ELEMENTSOF(operating_systems); i++)
        if (streq(operating_systems[i].os, os))
            return arch ? check_arch(&operating_systems[i], arch, reterr) : 0;
    return os ? error_set(reterr, -EBADMSG, "bad os \"%s\"", os) : 0;
}

int labels_check_runnable(const NameValueList *labels, Error *reterr)
{
    const char *os = name_value_list_get(labels, "os"), *arch = name_value_list_get(labels, "arch");

    if (!os)
        return error_set(reterr, -ENOEXEC, "missing os label in the image manifest");
    if (!arch)
        return error_set(reterr, -ENOEXEC, "missing arch label in the image manifest");
    if (!streq(os, APPC_HOST_OS))
        return error_set(reterr, -ENOEXEC, "bad os \"%s\"", os);
    return check_arch(&operating_systems[0], arch, reterr);
}

const char appc_host_arch[] =
#if defined(__x86_64__)
        "amd64";
#elif defined(__i386__)
        "i386";
#elif defined(__aarch64__) && defined(__AARCH64EB__)
        "aarch64_be";
#elif defined(__aarch64__)
        "aarch64";
#elif defined(__arm__) && defined(__ARMEB__)
        "armv7b";
#elif defined(__arm__) && __ARM_ARCH >= 7
        "armv7l";
#elif defined(__arm__)
        "armv6l";
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
        "ppc64le";
#elif defined(__powerpc64__)
        "ppc64";
#elif defined(__s390x__)
        "s390x";
#else
#error "appc has no name for this architecture"
#endif
