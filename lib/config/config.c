/* SPDX-License-Identifier: Apache-2.0 */
/* Each layer is read separately, because a field may be set once within a layer, and then overrides the
 * layers before it. File names have no meaning. Files are read in the order of their names, so that the
 * same error is reported each time. */

#include <string.h>

#include "base/array.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "config/config-internal.h"

static const char *const topic_directories[_CONFIG_TOPIC_MAX] = {
    [CONFIG_TOPIC_AUTH] = "auth.d",
    [CONFIG_TOPIC_PATHS] = "paths.d",
    [CONFIG_TOPIC_STAGE1] = "stage1.d",
};

void auth_done(Auth *auth)
{
    free(auth->host);
    for (size_t i = 0; i < AUTH_CREDENTIALS_MAX; i++)
        free(auth->credentials[i]);
}

static void auth_list_done(AuthList *list)
{
    for (size_t i = 0; i < list->n; i++)
        auth_done(&list->items[i]);
    free(list->items);
}

void config_free(Config *config)
{
    if (!config)
        return;
    auth_list_done(&config->auth);
    auth_list_done(&config->docker_auth);
    free(config->data);
    free(config->stage1_images);
    free(config->stage1_name);
    free(config->stage1_version);
    free(config->stage1_location);
    free(config);
}

/* ----- Files ----- */

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static int list_files(DIR *d, char ***ret)
{
    _cleanup_strv_ char **names = NULL;
    struct dirent *entry;
    size_t n = 0;

    errno = 0;
    while ((entry = readdir(d))) {
        int r = endswith(entry->d_name, ".json") ? strv_extend(&names, entry->d_name) : 0;

        if (r < 0)
            return r;
        errno = 0;
    }
    if (errno != 0)
        return -errno;
    n = strv_length(names);
    if (n > CONFIG_FILES_MAX)
        return -EFBIG;
    if (n > 0)
        qsort(names, n, sizeof(char *), compare_strings);
    *ret = TAKE_PTR(names);
    return 0;
}

/* Only regular files are read. */
static int read_config_file(Config *config, ConfigTopic topic, int dir, const char *name, Error *reterr)
{
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r = read_file_at(dir, name, CONFIG_FILE_SIZE_MAX, &text, &size);

    if (r == -EINVAL || r == -ENXIO || r == -ENOENT)
        return 0;
    return r < 0 ? r : config_parse(config, topic, text, size, reterr);
}

/* Added to the cause itself, because that is always printed. */
static int name_file(const char *directory, const char *name, int r, Error *reterr)
{
    _cleanup_free_ char *cause = reterr && error_cause(reterr) ? strdup(error_cause(reterr)) : NULL;

    return error_set(reterr, r, "\"%s/%s\": %s", directory, name, cause ? cause : strerror(-r));
}

static int read_topic(Config *config, const char *layer, ConfigTopic topic, Error *reterr)
{
    _cleanup_closedir_ DIR *d = NULL;
    _cleanup_free_ char *path = NULL;
    _cleanup_strv_ char **names = NULL;
    int r;

    path = string_concat(layer, "/", topic_directories[topic]);
    if (!path)
        return -ENOMEM;
    d = opendir(path);
    if (!d)
        return errno == ENOENT ? 0 : error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    r = list_files(d, &names);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot list \"%s\"", path);
    STRV_FOREACH (name, names) {
        r = read_config_file(config, topic, dirfd(d), *name, reterr);
        if (r < 0)
            return name_file(path, *name, r, reterr);
    }
    return 0;
}

/* ----- Layers ----- */

static int override_auth(AuthList *list, Auth *with)
{
    Auth *auth = NULL;

    for (size_t i = 0; !auth && i < list->n; i++)
        if (streq(list->items[i].host, with->host))
            auth = &list->items[i];
    if (auth)
        auth_done(auth);
    else
        auth = ARRAY_APPEND(list->items, list->n);
    if (!auth)
        return -ENOMEM;
    *auth = TAKE_STRUCT(*with);
    return 0;
}

static int override_auths(AuthList *list, AuthList *with)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < with->n; i++)
        r = override_auth(list, &with->items[i]);
    return r;
}

static void override_text(char **text, char **with)
{
    if (!*with)
        return;
    free(*text);
    *text = TAKE_PTR(*with);
}

static int override(Config *config, Config *with)
{
    int r = override_auths(&config->auth, &with->auth);

    if (r >= 0)
        r = override_auths(&config->docker_auth, &with->docker_auth);
    override_text(&config->data, &with->data);
    override_text(&config->stage1_images, &with->stage1_images);
    override_text(&config->stage1_name, &with->stage1_name);
    override_text(&config->stage1_version, &with->stage1_version);
    override_text(&config->stage1_location, &with->stage1_location);
    return r;
}

static int read_layer(Config *config, const char *layer, unsigned mask, Error *reterr)
{
    _cleanup_(config_freep) Config *own = calloc(1, sizeof(*own));
    int r = own ? 0 : -ENOMEM;

    for (ConfigTopic topic = 0; r >= 0 && topic < _CONFIG_TOPIC_MAX; topic++)
        if (mask & CONFIG_TOPIC_MASK(topic))
            r = read_topic(own, layer, topic, reterr);
    return r < 0 ? r : override(config, own);
}

int config_read(const char *const layers[static CONFIG_LAYERS], unsigned mask, Config **ret, Error *reterr)
{
    _cleanup_(config_freep) Config *config = calloc(1, sizeof(*config));
    int r = config ? 0 : -ENOMEM;

    for (size_t i = 0; r >= 0 && i < CONFIG_LAYERS; i++)
        if (layers[i] && *layers[i])
            r = read_layer(config, layers[i], mask, reterr);
    if (r >= 0)
        *ret = TAKE_PTR(config);
    return r;
}
