/* SPDX-License-Identifier: Apache-2.0 */
/* A kind is one line: its name, its shape and its range. A shape (resource, set, number …) has the
 * operations on a value: read it from JSON, parse a flag, write it, free it. */

#include "appc/isolators.h"

#include "appc/isolator-shape.h"
#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

/* ----- The table ----- */

static bool capability_is_valid(const char *s)
{
    const char *name = startswith(s, "CAP_");

    return name && *name && name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

/* A system call, or a set as "@scope/name". The code that compiles filters checks whether it exists. */
static bool system_call_is_valid(const char *s)
{
    static const char characters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-./";

    s += *s == '@';
    return *s && s[strspn(s, characters)] == '\0';
}

#define CAPABILITIES                                                                                         \
    .shape = &isolator_set, .is_member = capability_is_valid, .member = "capability (such as CAP_CHOWN)"
#define SECCOMP                                                                                              \
    .shape = &isolator_set, .is_member = system_call_is_valid, .member = "system call", .has_error_name = true

static const IsolatorType types[_ISOLATOR_KIND_MAX] = {
    [ISOLATOR_MEMORY] = { "resource/memory", &isolator_resource, SETTING_APP_MEMORY },
    [ISOLATOR_CPU] = { "resource/cpu", &isolator_resource, SETTING_APP_CPU, .milli = true },
    [ISOLATOR_BLOCK_BANDWIDTH] = { "resource/block-bandwidth", &isolator_resource, .needs_default = true },
    [ISOLATOR_BLOCK_IOPS] = { "resource/block-iops", &isolator_resource, .needs_default = true },
    [ISOLATOR_NETWORK_BANDWIDTH] = { "resource/network-bandwidth", &isolator_resource,
                                     .needs_default = true },
    [ISOLATOR_CAPABILITIES_RETAIN] = { "os/linux/capabilities-retain-set", CAPABILITIES,
                                       .setting = SETTING_APP_CAPS_RETAIN },
    [ISOLATOR_CAPABILITIES_REMOVE] = { "os/linux/capabilities-remove-set", CAPABILITIES,
                                       .setting = SETTING_APP_CAPS_REMOVE },
    [ISOLATOR_NO_NEW_PRIVILEGES] = { "os/linux/no-new-privileges", &isolator_flag },
    [ISOLATOR_SECCOMP_RETAIN] = { "os/linux/seccomp-retain-set", SECCOMP },
    [ISOLATOR_SECCOMP_REMOVE] = { "os/linux/seccomp-remove-set", SECCOMP },
    [ISOLATOR_OOM_SCORE_ADJ] = { "os/linux/oom-score-adj", &isolator_number, SETTING_APP_OOM_SCORE_ADJUST },
    [ISOLATOR_CPU_SHARES] = { "os/linux/cpu-shares", &isolator_number, SETTING_APP_CPU_SHARES },
    [ISOLATOR_PIDS_MAX] = { "coreos.com/rkt/pids-max", &isolator_number, SETTING_APP_TASKS_MAX },
    [ISOLATOR_SELINUX_CONTEXT] = { "os/linux/selinux-context", &isolator_selinux },
    [ISOLATOR_APPARMOR_PROFILE] = { "os/linux/apparmor-profile", &isolator_profile },
    [ISOLATOR_UNKNOWN] = { "", &isolator_other },
};

/* A list may have at most one of each pair. */
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

IsolatorKind isolator_kind_of_setting(SettingId id)
{
    for (IsolatorKind kind = 0; kind < ISOLATOR_UNKNOWN; kind++)
        if (types[kind].setting && types[kind].setting == id)
            return kind;
    return _ISOLATOR_KIND_INVALID;
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

/* The array may stay larger than needed: ARRAY_APPEND() allocates at powers of two only. */
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

uint64_t isolator_list_number(const IsolatorList *list, IsolatorKind kind)
{
    const Isolator *isolator = isolator_list_find(list, kind);

    return isolator ? (uint64_t) isolator->number : 0;
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
    if (isolator.kind != ISOLATOR_UNKNOWN)
        isolator_list_remove(list, isolator.kind); /* the last one counts */
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
