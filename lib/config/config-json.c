/* SPDX-License-Identifier: Apache-2.0 */
/* Keys are in the order of the documentation of `rkt config`; jansson keeps this order. */

#include <string.h>

#include "appc/json.h"
#include "base/string-util.h"
#include "config/config-internal.h"

static json_t *new_entry(ConfigKind kind)
{
    _cleanup_json_ json_t *entry = json_object();

    if (json_set_string(entry, "rktVersion", CONFIG_VERSION) < 0 ||
        json_set_string(entry, "rktKind", config_kind_to_string(kind)) < 0)
        return NULL;
    return TAKE_PTR(entry);
}

/* ----- Credentials ----- */

static json_t *credentials_to_json(const Auth *auth)
{
    _cleanup_json_ json_t *json = json_object();

    for (size_t i = 0; i < AUTH_CREDENTIALS_MAX && auth_credentials[auth->type][i].name; i++)
        if (json_set_string(json, auth_credentials[auth->type][i].name, auth->credentials[i]) < 0)
            return NULL;
    return TAKE_PTR(json);
}

static json_t *auth_to_json(const Auth *auth, ConfigKind kind)
{
    bool docker = kind == CONFIG_KIND_DOCKER_AUTH;
    char *const hosts[] = { auth->host, NULL };
    _cleanup_json_ json_t *entry = new_entry(kind);

    if (!entry || json_set_strv(entry, docker ? "registries" : "domains", hosts) < 0 ||
        (!docker && json_set_string(entry, "type", auth_type_to_string(auth->type)) < 0) ||
        json_set(entry, "credentials", credentials_to_json(auth)) < 0)
        return NULL;
    return TAKE_PTR(entry);
}

static int compare_auths(const void *a, const void *b)
{
    return strcmp((*(const Auth *const *) a)->host, (*(const Auth *const *) b)->host);
}

static int add_auths(json_t *entries, const AuthList *list, ConfigKind kind)
{
    _cleanup_free_ const Auth **sorted = calloc(list->n + 1, sizeof(*sorted));
    int r = sorted ? 0 : -ENOMEM;

    if (r < 0)
        return r;
    for (size_t i = 0; i < list->n; i++)
        sorted[i] = &list->items[i];
    qsort(sorted, list->n, sizeof(*sorted), compare_auths);
    for (size_t i = 0; r >= 0 && i < list->n; i++)
        r = json_append(entries, auth_to_json(sorted[i], kind));
    return r;
}

/* ----- The rest ----- */

typedef struct Member {
    const char *key, *value;
} Member;

static int add_strings(json_t *entries, ConfigKind kind, const Member *members, size_t n)
{
    _cleanup_json_ json_t *entry = new_entry(kind);
    bool any = false;

    if (!entry)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        any = any || members[i].value;
        if (json_set_string(entry, members[i].key, members[i].value) < 0)
            return -ENOMEM;
    }
    return any ? json_append(entries, TAKE_PTR(entry)) : 0;
}

int config_to_json(const Config *config, json_t **ret)
{
    const Member paths[] = { { "data", config->data }, { "stage1-images", config->stage1_images } };
    const Member stage1[] = { { "name", config->stage1_name },
                              { "version", config->stage1_version },
                              { "location", config->stage1_location } };
    _cleanup_json_ json_t *entries = json_array();
    int r = entries ? add_auths(entries, &config->auth, CONFIG_KIND_AUTH) : -ENOMEM;

    if (r >= 0)
        r = add_auths(entries, &config->docker_auth, CONFIG_KIND_DOCKER_AUTH);
    if (r >= 0)
        r = add_strings(entries, CONFIG_KIND_PATHS, paths, ELEMENTSOF(paths));
    if (r >= 0)
        r = add_strings(entries, CONFIG_KIND_STAGE1, stage1, ELEMENTSOF(stage1));
    if (r >= 0)
        *ret = TAKE_PTR(entries);
    return r;
}
