/* SPDX-License-Identifier: Apache-2.0 */

#include "appc/mount.h"

#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

static void mount_done(Mount *mount)
{
    free(mount->volume);
    free(mount->path);
    volume_free(mount->app_volume);
}

#define _cleanup_mount_ _cleanup_(mount_done)

void mount_list_done(MountList *list)
{
    for (size_t i = 0; i < list->n; i++)
        mount_done(&list->items[i]);
    free(list->items);
    *list = (MountList){ 0 };
}

#define _cleanup_mounts_ _cleanup_(mount_list_done)

const Mount *mount_list_find_path(const MountList *list, const char *path)
{
    for (size_t i = 0; i < list->n; i++)
        if (streq(list->items[i].path, path))
            return &list->items[i];
    return NULL;
}

static int mount_check(const Mount *mount, Error *reterr)
{
    if (!mount->volume)
        return error_set(reterr, -EBADMSG, "a mount must name its volume");
    if (!ac_name_is_valid(mount->volume))
        return error_set(reterr, -EBADMSG, "bad volume name \"%s\" of a mount", mount->volume);
    if (!mount->path)
        return error_set(reterr, -EBADMSG, "mount of volume \"%s\": target must be set", mount->volume);
    if (*mount->path == '\0')
        return error_set(reterr, -EBADMSG, "mount of volume \"%s\": the target is empty", mount->volume);
    return 0;
}

/* A relative path begins at the app's root, and ".." does not lead above it. */
static int make_absolute(char **path)
{
    _cleanup_free_ char *absolute = NULL;
    _cleanup_strv_ char **words = NULL;
    size_t n = 0;
    int r;

    if (**path == '/')
        return 0;
    absolute = calloc(1, strlen(*path) + 2);
    r = absolute ? strv_split(*path, "/", &words) : -ENOMEM;
    if (r < 0)
        return r;
    STRV_FOREACH (word, words) {
        size_t length = strlen(*word);

        if (streq(*word, "..")) {
            n = n > 0 ? (size_t) ((char *) memrchr(absolute, '/', n) - absolute) : 0;
        } else if (!streq(*word, ".")) {
            absolute[n] = '/';
            memcpy(absolute + n + 1, *word, length);
            n += 1 + length;
        }
    }
    if (n == 0)
        absolute[n++] = '/';
    absolute[n] = '\0';
    free(*path);
    *path = TAKE_PTR(absolute);
    return 0;
}

static int add_taken(MountList *list, Mount *mount, Error *reterr)
{
    Mount *added;
    int r = mount_check(mount, reterr);

    if (r >= 0)
        r = make_absolute(&mount->path);
    if (r < 0)
        return r;
    added = ARRAY_APPEND(list->items, list->n);
    if (!added)
        return -ENOMEM;
    *added = TAKE_STRUCT(*mount);
    return 0;
}

int mount_list_add(MountList *list, const char *volume, const char *path)
{
    _cleanup_mount_ Mount mount = { .volume = strdup(volume), .path = strdup(path) };

    return mount.volume && mount.path ? add_taken(list, &mount, NULL) : -ENOMEM;
}

static int replace_string(char **string, const char *value)
{
    char *copy = strdup(value);

    if (!copy)
        return -ENOMEM;
    free(*string);
    *string = copy;
    return 0;
}

int mount_list_add_text(MountList *list, const char *text, Error *reterr)
{
    _cleanup_mount_ Mount mount = { 0 };
    _cleanup_strv_ char **words = NULL;
    int r = strv_split(text, ",", &words);

    if (r < 0)
        return r;
    STRV_FOREACH (word, words) {
        const char *volume = startswith(*word, "volume="), *target = startswith(*word, "target=");

        if (volume)
            r = replace_string(&mount.volume, volume);
        else if (target)
            r = replace_string(&mount.path, target);
        else
            r = error_set(reterr, -EINVAL, "unknown mount parameter \"%s\": must be volume=NAME,target=PATH",
                          *word);
        if (r < 0)
            return r;
    }
    return add_taken(list, &mount, reterr);
}

static int read_app_volume(const JsonNode *element, Mount *mount, Error *reterr)
{
    JsonNode object;
    int r = json_node_get_object(element, "appVolume", JSON_OPTIONAL, &object, reterr);

    return r > 0 ? volume_from_json(&object, &mount->app_volume, reterr) : r;
}

static int read_element(const JsonNode *element, void *userdata, Error *reterr)
{
    _cleanup_mount_ Mount mount = { 0 };
    int r;

    r = json_node_get_string(element, "volume", JSON_REQUIRED, &mount.volume, reterr);
    if (r < 0)
        return r;
    r = json_node_get_string(element, "path", JSON_REQUIRED, &mount.path, reterr);
    if (r < 0)
        return r;
    r = read_app_volume(element, &mount, reterr);
    if (r < 0)
        return r;
    r = add_taken(userdata, &mount, reterr);
    return r < 0 ? json_node_locate_error(element, r, reterr) : 0;
}

int mount_list_from_json(const JsonNode *object, const char *key, MountList *ret, Error *reterr)
{
    _cleanup_mounts_ MountList list = { 0 };
    int r = json_node_read_list(object, key, JSON_OPTIONAL, read_element, &list, reterr);

    if (r < 0)
        return r;
    *ret = TAKE_STRUCT(list);
    return 0;
}

static json_t *write_element(const void *item)
{
    const Mount *mount = item;
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "volume", mount->volume) < 0 || json_set_string(json, "path", mount->path) < 0)
        return NULL;
    if (mount->app_volume && json_set(json, "appVolume", volume_to_json(mount->app_volume)) < 0)
        return NULL;
    return TAKE_PTR(json);
}

int mount_list_to_json(const MountList *list, json_t *object, const char *key)
{
    return json_set_list(object, key, list->items, list->n, sizeof(Mount), write_element);
}

int mount_list_copy(const MountList *list, MountList *ret)
{
    _cleanup_json_ json_t *json = json_object();
    JsonNode node = JSON_ROOT(json);

    if (mount_list_to_json(list, json, "mounts") < 0)
        return -ENOMEM;
    return mount_list_from_json(&node, "mounts", ret, NULL);
}
