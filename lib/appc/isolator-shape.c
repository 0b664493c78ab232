/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/isolator-shape.h"

#include "base/quantity.h"
#include "base/string-util.h"

/* ----- Resources ----- */

static int quantity_set(const IsolatorType *type, const char *text, Quantity *ret, Error *reterr)
{
    int64_t min = type->setting ? settings[type->setting].min : 1;
    uint64_t value;
    int r = quantity_parse(text, type->milli, &value);

    if (r == -ERANGE)
        return error_set(reterr, -EBADMSG, "\"%s\" is too large", text);
    if (r < 0)
        return error_set(reterr, -EBADMSG, "\"%s\" is not a quantity (such as 500m, 2, 128M or 1Gi)", text);
    if (value < (uint64_t) min)
        return error_set(reterr, -EBADMSG, "\"%s\" is too small, the minimum is %lld%s", text,
                         (long long) min, type->milli ? "m" : "");
    ret->text = strdup(text);
    if (!ret->text)
        return -ENOMEM;
    ret->value = value;
    return 0;
}

/* Quantities of Kubernetes may be JSON numbers, too. */
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

const IsolatorShape isolator_resource = { resource_read, resource_parse, resource_write, resource_done,
                                          true };

/* ----- Sets ----- */

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
    STRV_FOREACH (s, isolator->set.names)
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

const IsolatorShape isolator_set = { set_read, set_parse, set_write, set_done, true };

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

const IsolatorShape isolator_flag = { flag_read, flag_parse, flag_write, NULL };

static int number_set(const IsolatorType *type, int64_t value, Isolator *isolator, Error *reterr)
{
    const Setting *range = &settings[type->setting];

    if (value < range->min || value > range->max)
        return error_set(reterr, -EBADMSG, "%lld is out of range, must be between %lld and %lld",
                         (long long) value, (long long) range->min, (long long) range->max);
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

const IsolatorShape isolator_number = { number_read, number_parse, number_write, NULL };

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

const IsolatorShape isolator_profile = { profile_read, profile_parse, profile_write, profile_done };

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

const IsolatorShape isolator_selinux = { selinux_read, NULL, selinux_write, selinux_done, true };

/* ----- Unknown isolators ----- */

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

const IsolatorShape isolator_other = { other_read, NULL, other_write, other_done };
