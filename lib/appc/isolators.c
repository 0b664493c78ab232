/* SPDX-License-Identifier: Apache-2.0 */
/* A kind is one line: its name, its shape and its range. A shape (resource, set, number …) is what is done to
 * a value: read it from JSON, take it from a flag, write it, free it. */

#include "appc/isolators.h"

#include "appc/quantity.h"
#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

typedef struct IsolatorType IsolatorType;

/* read() and parse() fill a zeroed isolator and may leave it half-made on failure. */
typedef struct Shape {
    int (*read)(const IsolatorType *type, const JsonNode *value, Isolator *isolator, Error *reterr);
    int (*parse)(const IsolatorType *type, const char *text, Isolator *isolator, Error *reterr);
    json_t *(*write)(const Isolator *isolator);
    void (*done)(Isolator *isolator);
    bool is_object; /* in JSON */
} Shape;

struct IsolatorType {
    const char *name;
    const Shape *shape;
    int64_t min, max;                 /* of a number; min also of a resource, in its unit */
    bool milli;                       /* a resource in thousandths */
    bool needs_default;               /* a resource with "default": true and without a request */
    bool (*is_member)(const char *s); /* of a set */
    const char *member;
    bool has_error_name; /* a set with "errno" */
};

/* ----- Resources ----- */

static int quantity_set(const IsolatorType *type, const char *text, Quantity *ret, Error *reterr)
{
    uint64_t value;
    int r = quantity_parse(text, type->milli, &value);

    if (r == -ERANGE)
        return error_set(reterr, -EBADMSG, "\"%s\" is too large", text);
    if (r < 0)
        return error_set(reterr, -EBADMSG, "\"%s\" is not a quantity (such as 500m, 2, 128M or 1Gi)", text);
    if (value < (uint64_t) type->min)
        return error_set(reterr, -EBADMSG, "\"%s\" is too small, the least is %lld%s", text,
                         (long long) type->min, type->milli ? "m" : "");
    ret->text = strdup(text);
    if (!ret->text)
        return -ENOMEM;
    ret->value = value;
    return 0;
}

/* Kubernetes' quantities may be numbers, too. */
static int quantity_read(const IsolatorType *type, const JsonNode *value, const char *key, Quantity *ret,
                         Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    JsonNode node;
    int r = json_node_get(value, key, JSON_OPTIONAL, &node, reterr);

    if (r <= 0)
        return r;
    if (json_is_string(node.value))
        text = strdup(json_string_value(node.value));
    else if (json_is_number(node.value))
        text = json_dumps(node.value, JSON_ENCODE_ANY);
    else
        return json_node_error(&node, -EBADMSG, reterr, "must be a quantity (such as \"128M\")");
    if (!text)
        return -ENOMEM;
    r = quantity_set(type, text, ret, reterr);
    return r < 0 ? json_node_locate_error(&node, r, reterr) : 0;
}

static int resource_read(const IsolatorType *type, const JsonNode *value, Isolator *isolator, Error *reterr)
{
    int r = json_node_get_bool(value, "default", JSON_OPTIONAL, &isolator->resource.is_default, reterr);

    if (r < 0)
        return r;
    if (type->needs_default && !isolator->resource.is_default)
        return json_node_error(value, -EBADMSG, reterr, "default must be true");
    r = quantity_read(type, value, "request", &isolator->resource.request, reterr);
    if (r < 0)
        return r;
    if (type->needs_default && isolator->resource.request.text)
        return json_node_error(value, -EBADMSG, reterr, "request must not be set");
    r = quantity_read(type, value, "limit", &isolator->resource.limit, reterr);
    if (r < 0)
        return r;
    if (!isolator->resource.limit.text && !isolator->resource.request.text)
        return json_node_error(value, -EBADMSG, reterr, "limit must be set");
    return 0;
}

static int resource_parse(const IsolatorType *type, const char *text, Isolator *isolator, Error *reterr)
{
    int r = quantity_set(type, text, &isolator->resource.limit, reterr);

    if (r < 0)
        return r;
    if (type->needs_default) {
        isolator->resource.is_default = true;
        return 0;
    }
    return quantity_set(type, text, &isolator->resource.request, reterr);
}

static json_t *resource_write(const Isolator *isolator)
{
    _cleanup_json_ json_t *json = json_object();

    if (json_set_true(json, "default", isolator->resource.is_default) < 0 ||
        json_set_string(json, "request", isolator->resource.request.text) < 0 ||
        json_set_string(json, "limit", isolator->resource.limit.text) < 0)
        return NULL;
    return TAKE_PTR(json);
}

static void resource_done(Isolator *isolator)
{
    free(isolator->resource.request.text);
    free(isolator->resource.limit.text);
}

static const Shape shape_resource = { resource_read, resource_parse, resource_write, resource_done, true };

/* ----- Sets ----- */

static bool capability_is_valid(const char *s)
{
    const char *name = startswith(s, "CAP_");

    return name && *name && name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

/* A system call, or a set as "@scope/name". Whether there is one of that name is for the maker of filters to
 * say. */
static bool system_call_is_valid(const char *s)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-./";

    s += *s == '@';
    return *s && s[strspn(s, characters)] == '\0';
}

static bool error_name_is_valid(const char *s)
{
    return *s == 'E' && s[1] && s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")] == '\0';
}

static int set_check(const IsolatorType *type, const Isolator *isolator, Error *reterr)
{
    if (isolator->set.error_name && !error_name_is_valid(isolator->set.error_name))
        return error_set(reterr, -EBADMSG, "\"%s\" is not the name of an error (such as EPERM)",
                         isolator->set.error_name);
    if (type->has_error_name && !isolator->set.names)
        return error_set(reterr, -EBADMSG, "the set must not be empty");
    STRV_FOREACH(s, isolator->set.names)
    if (!type->is_member(*s))
        return error_set(reterr, -EBADMSG, "\"%s\" is not the name of a %s", *s, type->member);
    return 0;
}

static int set_read(const IsolatorType *type, const JsonNode *value, Isolator *isolator, Error *reterr)
{
    char **error_name = &isolator->set.error_name;
    int r = json_node_get_strv(value, "set", JSON_REQUIRED, &isolator->set.names, reterr);

    if (r < 0)
        return r;
    if (type->has_error_name) {
        r = json_node_get_string(value, "errno", JSON_OPTIONAL, error_name, reterr);
        if (r < 0)
            return r;
        if (*error_name && streq(*error_name, "")) {
            free(*error_name);
            *error_name = NULL;
        }
    }
    r = set_check(type, isolator, reterr);
    return r < 0 ? json_node_locate_error(value, r, reterr) : 0;
}

static int set_parse(const IsolatorType *type, const char *text, Isolator *isolator, Error *reterr)
{
    const char *error_name = type->has_error_name ? startswith(text, "errno=") : NULL;
    int r;

    if (error_name) {
        size_t n = strcspn(error_name, ",");

        isolator->set.error_name = strndup(error_name, n);
        if (!isolator->set.error_name)
            return -ENOMEM;
        text = error_name + n;
    }
    r = strv_split(text, ",", &isolator->set.names);
    return r < 0 ? r : set_check(type, isolator, reterr);
}

static json_t *set_write(const Isolator *isolator)
{
    static char *const none[] = { NULL };
    _cleanup_json_ json_t *json = json_object();

    if (json_set_strv(json, "set", isolator->set.names ? isolator->set.names : none) < 0 ||
        json_set_string(json, "errno", isolator->set.error_name) < 0)
        return NULL;
    return TAKE_PTR(json);
}

static void set_done(Isolator *isolator)
{
    strv_free(isolator->set.names);
    free(isolator->set.error_name);
}

static const Shape shape_set = { set_read, set_parse, set_write, set_done, true };

/* ----- Flags, numbers, strings ----- */

static int flag_read(const IsolatorType *type _unused_, const JsonNode *value, Isolator *isolator,
                     Error *reterr)
{
    if (!json_is_boolean(value->value))
        return json_node_error(value, -EBADMSG, reterr, "must be true or false");
    isolator->flag = json_is_true(value->value);
    return 0;
}

static int flag_parse(const IsolatorType *type _unused_, const char *text, Isolator *isolator, Error *reterr)
{
    int r = parse_bool(text);

    if (r < 0)
        return error_set(reterr, -EBADMSG, "\"%s\" is neither true nor false", text);
    isolator->flag = r;
    return 0;
}

static json_t *flag_write(const Isolator *isolator)
{
    return json_boolean(isolator->flag);
}

static const Shape shape_flag = { flag_read, flag_parse, flag_write, NULL };

static int number_set(const IsolatorType *type, int64_t value, Isolator *isolator, Error *reterr)
{
    if (value < type->min || value > type->max)
        return error_set(reterr, -EBADMSG, "%lld is out of range, must be between %lld and %lld",
                         (long long) value, (long long) type->min, (long long) type->max);
    isolator->number = value;
    return 0;
}

static int number_read(const IsolatorType *type, const JsonNode *value, Isolator *isolator, Error *reterr)
{
    int r;

    if (!json_is_integer(value->value))
        return json_node_error(value, -EBADMSG, reterr, "must be a whole number");
    r = number_set(type, json_integer_value(value->value), isolator, reterr);
    return r < 0 ? json_node_locate_error(value, r, reterr) : 0;
}

static int number_parse(const IsolatorType *type, const char *text, Isolator *isolator, Error *reterr)
{
    int64_t value;

    if (parse_i64(text, &value) < 0)
        return error_set(reterr, -EBADMSG, "\"%s\" is not a whole number", text);
    return number_set(type, value, isolator, reterr);
}

static json_t *number_write(const Isolator *isolator)
{
    return json_integer(isolator->number);
}

static const Shape shape_number = { number_read, number_parse, number_write, NULL };

static int profile_parse(const IsolatorType *type _unused_, const char *text, Isolator *isolator,
                         Error *reterr)
{
    if (*text == '\0')
        return error_set(reterr, -EBADMSG, "the profile must have a name");
    isolator->profile = strdup(text);
    return isolator->profile ? 0 : -ENOMEM;
}

static int profile_read(const IsolatorType *type, const JsonNode *value, Isolator *isolator, Error *reterr)
{
    int r;

    if (!json_is_string(value->value))
        return json_node_error(value, -EBADMSG, reterr, "must be a string");
    r = profile_parse(type, json_string_value(value->value), isolator, reterr);
    return r < 0 ? json_node_locate_error(value, r, reterr) : 0;
}

static json_t *profile_write(const Isolator *isolator)
{
    return json_string(isolator->profile);
}

static void profile_done(Isolator *isolator)
{
    free(isolator->profile);
}

static const Shape shape_profile = { profile_read, profile_parse, profile_write, profile_done };

/* ----- SELinux ----- */

static int selinux_read(const IsolatorType *type _unused_, const JsonNode *value, Isolator *isolator,
                        Error *reterr)
{
    const struct {
        const char *key;
        char **ret;
        const char *forbidden; /* a level has a colon between its parts: s0:c1,c2 */
    } parts[] = {
        { "user", &isolator->selinux.user, ":" },
        { "role", &isolator->selinux.role, ":" },
        { "type", &isolator->selinux.type, ":" },
        { "level", &isolator->selinux.level, "" },
    };

    for (size_t i = 0; i < ELEMENTSOF(parts); i++) {
        const char *part;
        int r = json_node_get_string(value, parts[i].key, JSON_REQUIRED, parts[i].ret, reterr);

        if (r < 0)
            return r;
        part = *parts[i].ret;
        if (*part == '\0' || strpbrk(part, parts[i].forbidden))
            return json_node_error(value, -EBADMSG, reterr, "bad %s \"%s\"", parts[i].key, part);
    }
    return 0;
}

static json_t *selinux_write(const Isolator *isolator)
{
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "user", isolator->selinux.user) < 0 ||
        json_set_string(json, "role", isolator->selinux.role) < 0 ||
        json_set_string(json, "type", isolator->selinux.type) < 0 ||
        json_set_string(json, "level", isolator->selinux.level) < 0)
        return NULL;
    return TAKE_PTR(json);
}

static void selinux_done(Isolator *isolator)
{
    free(isolator->selinux.user);
    free(isolator->selinux.role);
    free(isolator->selinux.type);
    free(isolator->selinux.level);
}

static const Shape shape_selinux = { selinux_read, NULL, selinux_write, selinux_done, true };

/* ----- What we do not know ----- */

static int other_read(const IsolatorType *type _unused_, const JsonNode *value, Isolator *isolator,
                      Error *reterr _unused_)
{
    isolator->other = json_incref(value->value);
    return 0;
}

static json_t *other_write(const Isolator *isolator)
{
    return json_incref(isolator->other);
}

static void other_done(Isolator *isolator)
{
    json_decref(isolator->other);
}

static const Shape shape_other = { other_read, NULL, other_write, other_done };

/* ----- The table ----- */

#define CAPABILITIES                                                                                         \
    .shape = &shape_set, .is_member = capability_is_valid, .member = "capability (such as CAP_CHOWN)"
#define SECCOMP                                                                                              \
    .shape = &shape_set, .is_member = system_call_is_valid, .member = "system call", .has_error_name = true

static const IsolatorType types[_ISOLATOR_KIND_MAX] = {
    [ISOLATOR_MEMORY] = { "resource/memory", &shape_resource, .min = 4096 },
    [ISOLATOR_CPU] = { "resource/cpu", &shape_resource, .min = 1, .milli = true },
    [ISOLATOR_BLOCK_BANDWIDTH] = { "resource/block-bandwidth", &shape_resource, .min = 1,
                                   .needs_default = true },
    [ISOLATOR_BLOCK_IOPS] = { "resource/block-iops", &shape_resource, .min = 1, .needs_default = true },
    [ISOLATOR_NETWORK_BANDWIDTH] = { "resource/network-bandwidth", &shape_resource, .min = 1,
                                     .needs_default = true },
    [ISOLATOR_CAPABILITIES_RETAIN] = { "os/linux/capabilities-retain-set", CAPABILITIES },
    [ISOLATOR_CAPABILITIES_REMOVE] = { "os/linux/capabilities-remove-set", CAPABILITIES },
    [ISOLATOR_NO_NEW_PRIVILEGES] = { "os/linux/no-new-privileges", &shape_flag },
    [ISOLATOR_SECCOMP_RETAIN] = { "os/linux/seccomp-retain-set", SECCOMP },
    [ISOLATOR_SECCOMP_REMOVE] = { "os/linux/seccomp-remove-set", SECCOMP },
    [ISOLATOR_OOM_SCORE_ADJ] = { "os/linux/oom-score-adj", &shape_number, .min = -1000, .max = 1000 },
    [ISOLATOR_CPU_SHARES] = { "os/linux/cpu-shares", &shape_number, .min = 2, .max = 262144 },
    [ISOLATOR_SELINUX_CONTEXT] = { "os/linux/selinux-context", &shape_selinux },
    [ISOLATOR_APPARMOR_PROFILE] = { "os/linux/apparmor-profile", &shape_profile },
    [ISOLATOR_UNKNOWN] = { "", &shape_other },
};

/* At most one of each pair. */
static const IsolatorKind excluding[][2] = {
    { ISOLATOR_CAPABILITIES_RETAIN, ISOLATOR_CAPABILITIES_REMOVE },
    { ISOLATOR_SECCOMP_RETAIN, ISOLATOR_SECCOMP_REMOVE },
};

const char *isolator_kind_to_string(IsolatorKind kind)
{
    return kind >= 0 && kind < ISOLATOR_UNKNOWN ? types[kind].name : NULL;
}

IsolatorKind isolator_kind_from_string(const char *name)
{
    IsolatorKind kind = 0;

    while (kind < ISOLATOR_UNKNOWN && !streq(types[kind].name, name))
        kind++;
    return kind;
}

static IsolatorKind excluded_by(IsolatorKind kind)
{
    for (size_t i = 0; i < ELEMENTSOF(excluding); i++)
        for (unsigned side = 0; side < 2; side++)
            if (excluding[i][side] == kind)
                return excluding[i][!side];
    return _ISOLATOR_KIND_INVALID;
}

/* ----- The list ----- */

static void isolator_done(Isolator *isolator)
{
    if (types[isolator->kind].shape->done)
        types[isolator->kind].shape->done(isolator);
    free(isolator->name);
}

#define _cleanup_isolator_ _cleanup_(isolator_done)

void isolator_list_done(IsolatorList *list)
{
    for (size_t i = 0; i < list->n; i++)
        isolator_done(&list->items[i]);
    free(list->items);
    *list = (IsolatorList){ 0 };
}

const Isolator *isolator_list_find(const IsolatorList *list, IsolatorKind kind)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].kind == kind)
            return &list->items[i];
    return NULL;
}

/* Leaves the room of the array as it is: ARRAY_APPEND() asks for more than n elements only at powers of two.
 */
void isolator_list_remove(IsolatorList *list, IsolatorKind kind)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].kind == kind)
            isolator_done(&list->items[i]);
        else
            list->items[kept++] = list->items[i];
    list->n = kept;
}

uint64_t isolator_list_limit(const IsolatorList *list, IsolatorKind kind)
{
    const Isolator *isolator = isolator_list_find(list, kind);

    return isolator && isolator->resource.limit.text ? isolator->resource.limit.value : 0;
}

static int add_taken(IsolatorList *list, Isolator *isolator)
{
    Isolator *added = ARRAY_APPEND(list->items, list->n);

    if (!added)
        return -ENOMEM;
    *added = TAKE_STRUCT(*isolator);
    return 0;
}

/* ----- The command line ----- */

int isolator_list_set(IsolatorList *list, IsolatorKind kind, const char *text, Error *reterr)
{
    _cleanup_isolator_ Isolator isolator = { .kind = kind };
    int r;

    if (!types[kind].shape->parse)
        return error_set(reterr, -EOPNOTSUPP, "no flag sets the isolator %s", types[kind].name);
    isolator.name = strdup(types[kind].name);
    if (!isolator.name)
        return -ENOMEM;
    r = types[kind].shape->parse(&types[kind], text, &isolator, reterr);
    if (r < 0)
        return r;
    isolator_list_remove(list, kind);
    isolator_list_remove(list, excluded_by(kind));
    return add_taken(list, &isolator);
}

int isolator_list_set_seccomp(IsolatorList *list, const char *text, Error *reterr)
{
    static const struct {
        const char *mode;
        IsolatorKind kind;
    } modes[] = {
        { "mode=retain,", ISOLATOR_SECCOMP_RETAIN },
        { "mode=remove,", ISOLATOR_SECCOMP_REMOVE },
    };

    for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
        const char *rest = startswith(text, modes[i].mode);

        if (rest)
            return isolator_list_set(list, modes[i].kind, rest, reterr);
    }
    return error_set(reterr, -EBADMSG, "\"%s\" must be mode=retain|remove[,errno=NAME],CALL[,CALL…]", text);
}

/* ----- JSON ----- */

static int isolator_read(const JsonNode *element, void *userdata, Error *reterr)
{
    IsolatorList *list = userdata;
    _cleanup_isolator_ Isolator isolator = { 0 };
    _cleanup_free_ char *name = NULL;
    const IsolatorType *type;
    JsonNode value;
    int r;

    r = json_node_get_string(element, "name", JSON_REQUIRED, &name, reterr);
    if (r < 0)
        return r;
    if (!ac_identifier_is_valid(name))
        return json_node_error(element, -EBADMSG, reterr, "bad name \"%s\"", name);
    isolator.kind = isolator_kind_from_string(name);
    type = &types[isolator.kind];
    r = json_node_get(element, "value", JSON_REQUIRED, &value, reterr);
    if (r < 0)
        return r;
    if (type->shape->is_object && !json_is_object(value.value))
        return json_node_error(&value, -EBADMSG, reterr, "must be an object");
    r = type->shape->read(type, &value, &isolator, reterr);
    if (r < 0)
        return r;
    if (isolator.kind != ISOLATOR_UNKNOWN && isolator_list_find(list, isolator.kind))
        return json_node_error(element, -EBADMSG, reterr, "a second isolator %s", name);
    if (isolator_list_find(list, excluded_by(isolator.kind)))
        return json_node_error(element, -EBADMSG, reterr, "%s can't be used together with %s", name,
                               types[excluded_by(isolator.kind)].name);
    isolator.name = TAKE_PTR(name);
    return add_taken(list, &isolator);
}

int isolator_list_from_json(const JsonNode *object, const char *key, IsolatorList *ret, Error *reterr)
{
    _cleanup_isolators_ IsolatorList list = { 0 };
    int r = json_node_read_list(object, key, JSON_OPTIONAL, isolator_read, &list, reterr);

    if (r < 0)
        return r;
    *ret = TAKE_STRUCT(list);
    return 0;
}

static json_t *isolator_write(const void *item)
{
    const Isolator *isolator = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", isolator->name) < 0 ||
        json_set(json, "value", types[isolator->kind].shape->write(isolator)) < 0)
        return NULL;
    return TAKE_PTR(json);
}

int isolator_list_to_json(const IsolatorList *list, json_t *object, const char *key)
{
    return json_set_list(object, key, list->items, list->n, sizeof(Isolator), isolator_write);
}
