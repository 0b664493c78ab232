/* SPDX-License-Identifier: Apache-2.0 */
/* Volumes are read from JSON and from flags; volume_check() checks both. A field of the other kind is an
 * error, because it would have no effect. */

#include "appc/volume.h"

#include "appc/types.h"
#include "base/array.h"
#include "base/string-util.h"

enum { EMPTY_MODE = 0755 };

static const char *const volume_kind_table[_VOLUME_KIND_MAX] = {
    [VOLUME_KIND_HOST] = "host",
    [VOLUME_KIND_EMPTY] = "empty",
};
DEFINE_STRING_TABLE(volume_kind, VolumeKind)

static void volume_init(Volume *volume)
{
    *volume = (Volume){
        .kind = _VOLUME_KIND_INVALID,
        .read_only = -1,
        .recursive = -1,
        .mode = EMPTY_MODE,
    };
}

static void volume_done(Volume *volume)
{
    free(volume->name);
    free(volume->source);
}

static Volume *volume_new(void)
{
    Volume *volume = malloc(sizeof(Volume));

    if (volume)
        volume_init(volume);
    return volume;
}

void volume_free(Volume *volume)
{
    if (!volume)
        return;
    volume_done(volume);
    free(volume);
}

#define _cleanup_volume_ _cleanup_(volume_freep)

void volume_list_done(VolumeList *list)
{
    for (size_t i = 0; i < list->n; i++)
        volume_done(&list->items[i]);
    free(list->items);
    *list = (VolumeList){ 0 };
}

#define _cleanup_volumes_ _cleanup_(volume_list_done)

const Volume *volume_list_find(const VolumeList *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (streq(list->items[i].name, name))
            return &list->items[i];
    return NULL;
}

/* Moves the contents of the volume; the struct stays the caller's. */
static int add_taken(VolumeList *list, Volume *volume, Error *reterr)
{
    Volume *added;

    if (volume_list_find(list, volume->name))
        return error_set(reterr, -EEXIST, "duplicate volume name \"%s\"", volume->name);
    added = ARRAY_APPEND(list->items, list->n);
    if (!added)
        return -ENOMEM;
    *added = TAKE_STRUCT(*volume);
    return 0;
}

static int volume_check(const Volume *volume, Error *reterr)
{
    if (!volume->name || !ac_name_is_valid(volume->name))
        return error_set(reterr, -EBADMSG, "bad volume name \"%s\"", volume->name ? volume->name : "");
    switch (volume->kind) {
    case VOLUME_KIND_HOST:
        if (!volume->source)
            return error_set(reterr, -EBADMSG, "volume \"%s\": source must be set", volume->name);
        if (volume->source[0] != '/')
            return error_set(reterr, -EBADMSG, "volume \"%s\": source must be an absolute path",
                             volume->name);
        return 0;
    case VOLUME_KIND_EMPTY:
        if (volume->source)
            return error_set(reterr, -EBADMSG, "volume \"%s\": an empty volume has no source", volume->name);
        return 0;
    default: return error_set(reterr, -EBADMSG, "volume \"%s\": kind must be host or empty", volume->name);
    }
}

int volume_list_add_empty(VolumeList *list, const char *name, mode_t mode, uid_t uid, gid_t gid,
                          Error *reterr)
{
    _cleanup_volume_ Volume *volume = volume_new();
    int r;

    if (!volume)
        return -ENOMEM;
    volume->kind = VOLUME_KIND_EMPTY;
    volume->mode = mode;
    volume->uid = uid;
    volume->gid = gid;
    volume->name = strdup(name);
    if (!volume->name)
        return -ENOMEM;
    r = volume_check(volume, reterr);
    return r < 0 ? r : add_taken(list, volume, reterr);
}

int volume_list_add_host(VolumeList *list, const char *name, const char *source, bool read_only,
                         Error *reterr)
{
    _cleanup_volume_ Volume *volume = volume_new();
    int r;

    if (!volume)
        return -ENOMEM;
    volume->kind = VOLUME_KIND_HOST;
    volume->read_only = read_only;
    volume->name = strdup(name);
    volume->source = strdup(source);
    if (!volume->name || !volume->source)
        return -ENOMEM;
    r = volume_check(volume, reterr);
    return r < 0 ? r : add_taken(list, volume, reterr);
}

/* ----- Flags ----- */

static int parse_string(const char *s, void *ret)
{
    char *copy = strdup(s);

    if (!copy)
        return -ENOMEM;
    free(*(char **) ret);
    *(char **) ret = copy;
    return 0;
}

static int parse_kind(const char *s, void *ret)
{
    VolumeKind kind = volume_kind_from_string(s);

    if (kind < 0)
        return -EINVAL;
    *(VolumeKind *) ret = kind;
    return 0;
}

static int parse_tristate(const char *s, void *ret)
{
    int r = parse_bool(s);

    if (r < 0)
        return r;
    *(int *) ret = r;
    return 0;
}

static int parse_octal(const char *s, void *ret)
{
    return parse_mode(s, ret);
}

/* The highest number is not an ID: for the kernel it means "none". */
static int parse_id(const char *s, void *ret)
{
    uint64_t value;
    int r = parse_u64(s, &value);

    if (r < 0)
        return r;
    if (value >= UINT32_MAX)
        return -ERANGE;
    *(uid_t *) ret = (uid_t) value;
    return 0;
}

static const struct VolumeField {
    const char *key, *values;
    int (*parse)(const char *s, void *ret);
    size_t offset;
    bool empty_only;
} volume_fields[] = {
    { "kind", "host or empty", parse_kind, offsetof(Volume, kind) },
    { "source", "a path", parse_string, offsetof(Volume, source) },
    { "readOnly", "true or false", parse_tristate, offsetof(Volume, read_only) },
    { "recursive", "true or false", parse_tristate, offsetof(Volume, recursive) },
    { "mode", "octal", parse_octal, offsetof(Volume, mode), true },
    { "uid", "a number", parse_id, offsetof(Volume, uid), true },
    { "gid", "a number", parse_id, offsetof(Volume, gid), true },
};

static int parse_field(Volume *volume, const char *word, const struct VolumeField **ret, Error *reterr)
{
    const char *equals = strchr(word, '=');
    size_t n = equals ? (size_t) (equals - word) : 0;

    for (size_t i = 0; i < ELEMENTSOF(volume_fields); i++) {
        const struct VolumeField *field = &volume_fields[i];
        int r;

        if (strlen(field->key) != n || strncmp(field->key, word, n) != 0)
            continue;
        r = field->parse(equals + 1, (char *) volume + field->offset);
        if (r < 0 && r != -ENOMEM)
            return error_set(reterr, -EINVAL, "volume \"%s\": bad %s \"%s\": must be %s", volume->name,
                             field->key, equals + 1, field->values);
        *ret = field;
        return r;
    }
    return error_set(reterr, -EINVAL, "volume \"%s\": unknown parameter \"%s\"", volume->name, word);
}

/* The first word is the name. */
static int parse_words(char *const *words, Volume *volume, Error *reterr)
{
    const struct VolumeField *field = NULL;
    const char *empty_only = NULL;

    STRV_FOREACH (word, words) {
        int r;

        if (word == words)
            r = parse_string(startswith(*word, "name=") ?: *word, &volume->name);
        else {
            r = parse_field(volume, *word, &field, reterr);
            if (r >= 0 && field->empty_only)
                empty_only = field->key;
        }
        if (r < 0)
            return r;
    }
    if (empty_only && volume->kind == VOLUME_KIND_HOST)
        return error_set(reterr, -EINVAL, "volume \"%s\": %s is for empty volumes only", volume->name,
                         empty_only);
    return volume_check(volume, reterr);
}

int volume_list_add_text(VolumeList *list, const char *text, Error *reterr)
{
    _cleanup_volume_ Volume *volume = volume_new();
    _cleanup_strv_ char **words = NULL;
    int r;

    if (!volume)
        return -ENOMEM;
    r = strv_split(text, ",", &words);
    if (r >= 0)
        r = parse_words(words, volume, reterr);
    return r < 0 ? r : add_taken(list, volume, reterr);
}

/* ----- JSON ----- */

static int read_tristate(const JsonNode *object, const char *key, int *ret, Error *reterr)
{
    bool value;
    int r = json_node_get_bool(object, key, JSON_OPTIONAL, &value, reterr);

    if (r > 0)
        *ret = value;
    return r;
}

static int read_id(const JsonNode *object, const char *key, uid_t *ret, Error *reterr)
{
    int64_t value;
    int r = json_node_get_integer(object, key, JSON_OPTIONAL, 0, UINT32_MAX - 1LL, &value, reterr);

    if (r > 0)
        *ret = (uid_t) value;
    return r;
}

static int volume_read(const JsonNode *object, Volume *volume, Error *reterr)
{
    _cleanup_free_ char *kind = NULL, *mode = NULL;
    int r;

    r = json_node_get_string(object, "name", JSON_REQUIRED, &volume->name, reterr);
    if (r < 0)
        return r;
    r = json_node_get_string(object, "kind", JSON_REQUIRED, &kind, reterr);
    if (r < 0)
        return r;
    volume->kind = volume_kind_from_string(kind);
    r = json_node_get_string(object, "source", JSON_OPTIONAL, &volume->source, reterr);
    if (r < 0)
        return r;
    r = read_tristate(object, "readOnly", &volume->read_only, reterr);
    if (r < 0)
        return r;
    r = read_tristate(object, "recursive", &volume->recursive, reterr);
    if (r < 0)
        return r;
    r = json_node_get_string(object, "mode", JSON_OPTIONAL, &mode, reterr);
    if (r < 0)
        return r;
    if (mode && parse_mode(mode, &volume->mode) < 0)
        return json_node_error(object, -EBADMSG, reterr, "bad mode \"%s\"", mode);
    r = read_id(object, "uid", &volume->uid, reterr);
    if (r < 0)
        return r;
    r = read_id(object, "gid", &volume->gid, reterr);
    if (r < 0)
        return r;
    r = volume_check(volume, reterr);
    return r < 0 ? json_node_locate_error(object, r, reterr) : 0;
}

int volume_from_json(const JsonNode *object, Volume **ret, Error *reterr)
{
    _cleanup_volume_ Volume *volume = volume_new();
    int r;

    if (!volume)
        return -ENOMEM;
    r = volume_read(object, volume, reterr);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(volume);
    return 0;
}

static int read_element(const JsonNode *element, void *userdata, Error *reterr)
{
    _cleanup_volume_ Volume *volume = NULL;
    int r = volume_from_json(element, &volume, reterr);

    if (r < 0)
        return r;
    r = add_taken(userdata, volume, reterr);
    return r < 0 ? json_node_locate_error(element, r, reterr) : 0;
}

int volume_list_from_json(const JsonNode *object, const char *key, VolumeList *ret, Error *reterr)
{
    _cleanup_volumes_ VolumeList list = { 0 };
    int r = json_node_read_list(object, key, JSON_OPTIONAL, read_element, &list, reterr);

    if (r < 0)
        return r;
    *ret = TAKE_STRUCT(list);
    return 0;
}

static int write_tristate(json_t *json, const char *key, int value)
{
    return value < 0 ? 0 : json_set(json, key, json_boolean(value));
}

static int write_empty_fields(json_t *json, const Volume *volume)
{
    char mode[8];

    (void) snprintf(mode, sizeof(mode), "%04o", (unsigned) volume->mode & 07777);
    if (json_set_string(json, "mode", mode) < 0 || json_set(json, "uid", json_integer(volume->uid)) < 0 ||
        json_set(json, "gid", json_integer(volume->gid)) < 0)
        return -ENOMEM;
    return 0;
}

json_t *volume_to_json(const Volume *volume)
{
    _cleanup_json_ json_t *json = json_object();

    if (json_set_string(json, "name", volume->name) < 0 ||
        json_set_string(json, "kind", volume_kind_to_string(volume->kind)) < 0 ||
        json_set_string(json, "source", volume->source) < 0 ||
        write_tristate(json, "readOnly", volume->read_only) < 0 ||
        write_tristate(json, "recursive", volume->recursive) < 0)
        return NULL;
    if (volume->kind == VOLUME_KIND_EMPTY && write_empty_fields(json, volume) < 0)
        return NULL;
    return TAKE_PTR(json);
}

static json_t *write_element(const void *item)
{
    return volume_to_json(item);
}

int volume_list_to_json(const VolumeList *list, json_t *object, const char *key)
{
    return json_set_list(object, key, list->items, list->n, sizeof(Volume), write_element);
}
