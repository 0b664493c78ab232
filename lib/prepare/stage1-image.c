/* SPDX-License-Identifier: Apache-2.0 */
/* The order, when no flag names the stage1: the store by name and version, the location of the configuration,
 * the image that was installed with rkt. What was installed with rkt is as trusted as rkt and needs no
 * signature; any other file or URL is an image like those of apps. Names are never discovered here.
 *
 * A flavour of this build is known by its name, and what the store has is then this build's by its key:
 * a user who may bring images into the store can give one any name, and a stage1 runs as root. */

#include "stage1-image.h"

#include <string.h>

#include "appc/image-reference.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "config/config.h"
#include "prepare/app-image.h"
#include "rkt-config.h"

/* ----- What was installed with rkt ----- */

static int import_installed(const FetchOptions *options, const char *path,
                            char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    GlobalOptions global = *options->global;
    FetchOptions trusted = *options;

    global.insecure |= INSECURE_IMAGE;
    trusted.global = &global;
    return image_fetch(&trusted, path, PULL_POLICY_UPDATE, ret_key, reterr);
}

/* The directory itself may be reached by links; what in it is a link that leads out is not of the build. */
static bool is_installed(const char *real_path)
{
    _cleanup_free_ char *directory = realpath(RKT_STAGE1_IMAGES_DIR, NULL);
    const char *name = directory ? startswith(real_path, directory) : NULL;

    return name && *name == '/' && !strchr(name + 1, '/');
}

/* The image of an installed file: 1 when it is in the store by the key that the build wrote down beside the
 * file, else it comes from the file. */
static int take_installed(Store *store, const FetchOptions *options, const char *path,
                          char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_free_ char *key_path = string_concat(path, ".key"), *key = NULL;

    if (!key_path)
        return -ENOMEM;
    if (read_one_line_at(AT_FDCWD, key_path, &key) >= 0 && image_key_is_valid(key) &&
        store_find_image(store, key, ret_key, NULL) >= 0)
        return 1;
    return import_installed(options, path, ret_key, reterr);
}

/* A file of the build or of anybody, by a path that exists. */
static int import_file(Store *store, const FetchOptions *options, const char *path,
                       char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_free_ char *real = realpath(path, NULL);

    if (!real)
        return error_set_errno(reterr, -errno, "cannot open \"%s\"", path);
    if (is_installed(real)) {
        int r = take_installed(store, options, real, ret_key, reterr);

        if (r > 0)
            image_say(options, "file", path);
        return r;
    }
    return image_fetch(options, real, PULL_POLICY_UPDATE, ret_key, reterr);
}

/* A URL, or an absolute path. */
static int import_location(Store *store, const FetchOptions *options, const char *location,
                           char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    const char *path = startswith(location, "file://");

    if (!path)
        path = location;
    if (*path == '/')
        return import_file(store, options, path, ret_key, reterr);
    return image_fetch(options, location, PULL_POLICY_UPDATE, ret_key, reterr);
}

/* The file of a flavour of this build: 1 when it is there. */
static int find_installed(const char *name, const NameValueList *labels, char **ret)
{
    static const char *const directories[] = { RKT_STAGE1_IMAGES_DIR, RKT_BINDIR };
    const char *flavour = startswith(name, RKT_STAGE1_NAME_PREFIX);
    const char *version = name_value_list_get(labels, "version");

    if (!flavour || *flavour == '\0' || strchr(flavour, '/') || labels->n != (version ? 1 : 0) ||
        (version && !streq(version, RKT_VERSION)))
        return 0;
    for (size_t i = 0; i < ELEMENTSOF(directories); i++) {
        _cleanup_free_ char *path =
                string_concat(directories[i], "/", RKT_STAGE1_FILE_PREFIX, flavour, ".aci");

        if (!path)
            return -ENOMEM;
        if (access(path, F_OK) >= 0) {
            *ret = TAKE_PTR(path);
            return 1;
        }
    }
    return 0;
}

/* ----- By name ----- */

static void say_name(const FetchOptions *options, const char *name, const NameValueList *labels)
{
    const char *version = name_value_list_get(labels, "version");
    _cleanup_free_ char *text = string_concat(name, version ? ":" : "", version ? version : "");

    if (text)
        image_say(options, "local store for image name", text);
}

/* 1 when it was found; 0: neither is it of this build nor does the store have it. */
static int find_by_name(Store *store, const FetchOptions *options, const char *name,
                        const NameValueList *labels, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_free_ char *path = NULL;
    int r = find_installed(name, labels, &path);
    bool known = false;

    if (r > 0) {
        r = take_installed(store, options, path, ret_key, reterr);
        known = r > 0;
    } else if (r == 0) {
        known = store_find_image_by_name(store, name, labels, ret_key, NULL) >= 0;
        if (!known)
            return 0;
    }
    if (known)
        say_name(options, name, labels);
    return r < 0 ? r : 1;
}

static int find_named(Store *store, const FetchOptions *options, const char *text,
                      char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r = image_reference_parse_name(text, &reference, reterr);

    if (r < 0)
        return r;
    r = find_by_name(store, options, reference->name, &reference->labels, ret_key, reterr);
    return r != 0 ? r : image_fetch(options, text, PULL_POLICY_NEW, ret_key, reterr);
}

static int find_url(Store *store, const FetchOptions *options, const char *text,
                    char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r = image_reference_parse(text, NULL, NULL, &reference, reterr);

    if (r < 0)
        return r;
    if (reference->kind != IMAGE_REFERENCE_URL && reference->kind != IMAGE_REFERENCE_DOCKER)
        return error_set(reterr, -EINVAL, "--stage1-url=%s: must be a URL (file, http, https, docker)", text);
    return import_location(store, options, text, ret_key, reterr);
}

/* ----- By the configuration ----- */

static int read_config(const GlobalOptions *global, ConfigTopic topic, Config **ret, Error *reterr)
{
    const char *const layers[CONFIG_LAYERS] = { global->system_config, global->local_config,
                                                global->user_config };

    return config_read(layers, CONFIG_TOPIC_MASK(topic), ret, reterr);
}

static int find_default(Store *store, const FetchOptions *options, char ret_key[static IMAGE_KEY_LENGTH + 1],
                        Error *reterr)
{
    _cleanup_(config_freep) Config *config = NULL;
    _cleanup_name_values_ NameValueList labels = {};
    const char *name, *version;
    int r = read_config(options->global, CONFIG_TOPIC_STAGE1, &config, reterr);

    if (r < 0)
        return r;
    name = config->stage1_name ? config->stage1_name : RKT_STAGE1_DEFAULT_NAME;
    version = config->stage1_version ? config->stage1_version : RKT_VERSION;
    r = name_value_list_add(&labels, "version", version);
    if (r < 0)
        return r;
    if (config->stage1_location) {
        if (store_find_image_by_name(store, name, &labels, ret_key, NULL) >= 0) {
            say_name(options, name, &labels);
            return 0;
        }
        return import_location(store, options, config->stage1_location, ret_key, reterr);
    }
    r = find_by_name(store, options, name, &labels, ret_key, reterr);
    if (r == 0)
        return error_set(
                reterr, -ENOENT,
                "the store does not have %s:%s, it was not installed with rkt, and no file in stage1.d says "
                "where it is",
                name, version);
    return r;
}

static int find_from_dir(Store *store, const FetchOptions *options, const char *name,
                         char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    _cleanup_(config_freep) Config *config = NULL;
    _cleanup_free_ char *path = NULL;
    int r;

    if (strchr(name, '/') || *name == '\0')
        return error_set(reterr, -EINVAL, "--stage1-from-dir=%s: must be a file name without directory",
                         name);
    r = read_config(options->global, CONFIG_TOPIC_PATHS, &config, reterr);
    if (r < 0)
        return r;
    path = string_concat(config->stage1_images ? config->stage1_images : RKT_STAGE1_IMAGES_DIR, "/", name);
    return path ? import_file(store, options, path, ret_key, reterr) : -ENOMEM;
}

int stage1_image_find(Store *store, const FetchOptions *fetch, const PodOptions *options,
                      char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr)
{
    const char *text = options->stage1;
    int r;

    switch (text ? options->stage1_setting : _SETTING_INVALID) {
    case SETTING_POD_STAGE1_FROM_DIR: r = find_from_dir(store, fetch, text, ret_key, reterr); break;
    case SETTING_POD_STAGE1_HASH:
        r = store_find_image(store, text, ret_key, reterr);
        if (r >= 0)
            image_say(fetch, "the store with hash", ret_key);
        break;
    case SETTING_POD_STAGE1_NAME: r = find_named(store, fetch, text, ret_key, reterr); break;
    case SETTING_POD_STAGE1_PATH: r = import_file(store, fetch, text, ret_key, reterr); break;
    case SETTING_POD_STAGE1_URL: r = find_url(store, fetch, text, ret_key, reterr); break;
    default: r = find_default(store, fetch, ret_key, reterr);
    }
    return r < 0 ? error_prefix(reterr, r, "cannot find the stage1 image") : 0;
}
