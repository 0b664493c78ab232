/* SPDX-License-Identifier: Apache-2.0 */

#include "pod-json.h"

#include <string.h>

#include "base/printable.h"
#include "base/string-util.h"
#include "stage1/layout.h"

/* Sets a member unless it is empty; jansson takes over the value. */
static int set_member(json_t *object, const char *key, json_t *value)
{
    bool empty = (json_is_array(value) && json_array_size(value) == 0) ||
                 (json_is_object(value) && json_object_size(value) == 0);

    if (!value)
        return -ENOMEM;
    if (empty) {
        json_decref(value);
        return 0;
    }
    return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

static int set_time(json_t *object, const char *key, int64_t time)
{
    return time > 0 ? set_member(object, key, json_integer(time)) : 0;
}

/* A member of the manifest, if it is there. */
static int copy_member(json_t *object, const char *key, const json_t *from, const char *from_key)
{
    json_t *value = json_object_get(from, from_key);

    return value ? set_member(object, key, json_incref(value)) : 0;
}

static const json_t *find_volume(const PodStatus *status, const json_t *mount)
{
    const json_t *volume = json_object_get(mount, "appVolume"), *candidate;
    const char *name = json_string_value(json_object_get(mount, "volume"));
    size_t i;

    if (volume)
        return volume;
    json_array_foreach(json_object_get(status->manifest, "volumes"), i,
                       candidate) if (streq_ptr(json_string_value(json_object_get(candidate, "name")),
                                                name)) return candidate;
    return NULL;
}

static json_t *mount_to_json(const PodStatus *status, const json_t *mount)
{
    const char *name = json_string_value(json_object_get(mount, "volume"));
    const char *path = json_string_value(json_object_get(mount, "path"));
    const json_t *volume = find_volume(status, mount);
    const char *source = json_string_value(json_object_get(volume, "source"));
    _cleanup_free_ char *empty = NULL;

    if (!source && name) {
        if (asprintf(&empty, POD_SHARED_VOLUMES "/%s", name) < 0) {
            empty = NULL;
            return NULL;
        }
        source = empty;
    }
    return json_pack("{s:s, s:s, s:s, s:b}", "name", name ? name : "", "container_path", path ? path : "",
                     "host_path", source ? source : "", "read_only",
                     json_is_true(json_object_get(volume, "readOnly")));
}

static json_t *mounts_to_json(const PodStatus *status, const json_t *app)
{
    json_t *mounts = json_array();
    const json_t *mount;
    size_t i;

    json_array_foreach(json_object_get(app, "mounts"), i,
                       mount) if (json_array_append_new(mounts, mount_to_json(status, mount)) < 0)
    {
        json_decref(mounts);
        return NULL;
    }
    return mounts;
}

static json_t *app_to_json(const PodStatus *status, size_t index)
{
    const PodApp *app = &status->apps[index];
    const json_t *manifest = json_array_get(json_object_get(status->manifest, "apps"), index);
    const json_t *own = json_object_get(manifest, "app");
    json_t *object = json_object();
    int r;

    r = set_member(object, "name", json_string(app->name));
    if (r >= 0)
        r = set_member(object, "state", json_string(pod_app_state_to_string(app->state)));
    if (r >= 0)
        r = set_time(object, "created_at", app->created_ns);
    if (r >= 0)
        r = set_time(object, "started_at", app->started_ns);
    if (r >= 0)
        r = set_time(object, "finished_at", app->finished_ns);
    if (r >= 0 && app->has_exit_code)
        r = set_member(object, "exit_code", json_integer(app->exit_code));
    if (r >= 0 && app->refused)
        r = set_member(object, "refused", json_string(app->refused));
    if (r >= 0)
        r = set_member(object, "image_id", json_string(app->image_id));
    if (r >= 0)
        r = set_member(object, "mounts", mounts_to_json(status, manifest));
    if (r >= 0)
        r = copy_member(object, "user_annotations", own, "userAnnotations");
    if (r >= 0)
        r = copy_member(object, "user_labels", own, "userLabels");
    if (r < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int set_apps(json_t *object, const PodStatus *status)
{
    json_t *names = json_array(), *apps = json_array();
    int r = names && apps ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < status->n_apps; i++)
        if (json_array_append_new(names, json_string(status->apps[i].name)) < 0 ||
            json_array_append_new(apps, app_to_json(status, i)) < 0)
            r = -ENOMEM;
    if (r >= 0)
        r = set_member(object, "app_names", json_incref(names));
    if (r >= 0)
        r = set_member(object, "apps", json_incref(apps));
    json_decref(names);
    json_decref(apps);
    return r;
}

json_t *pod_to_json(const Pod *pod, const PodStatus *status)
{
    json_t *object = json_object();
    int r;

    r = set_member(object, "name", json_string(pod->uuid));
    if (r >= 0)
        r = set_member(object, "state", json_string(pod_state_to_string(pod->state)));
    if (r >= 0 && status->networks)
        r = set_member(object, "networks", json_incref(status->networks));
    if (r >= 0)
        r = set_apps(object, status);
    if (r >= 0)
        r = set_time(object, "created_at", status->created_ns / 1000000000);
    if (r >= 0)
        r = set_time(object, "started_at", status->started_ns / 1000000000);
    if (r >= 0)
        r = copy_member(object, "user_annotations", status->manifest, "userAnnotations");
    if (r >= 0)
        r = copy_member(object, "user_labels", status->manifest, "userLabels");
    if (r < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

char *pod_networks_to_string(const PodStatus *status)
{
    _cleanup_buffer_ Buffer b = {};
    const json_t *network;
    char *text;
    size_t i;

    json_array_foreach(status->networks, i, network)
    {
        const char *name = json_string_value(json_object_get(network, "netName"));
        const char *ip = json_string_value(json_object_get(network, "ip"));

        buffer_addf(&b, "%s%s:ip4=%s", i > 0 ? ", " : "", name ? name : "", ip ? ip : "");
    }
    if (buffer_steal(&b, &text) < 0)
        return NULL;
    string_sanitize(text, "");
    return text;
}
