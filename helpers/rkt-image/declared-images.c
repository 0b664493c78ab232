/* SPDX-License-Identifier: Apache-2.0 */
/* Pod files are read here without checking who can write them: the worst that an untrusted file can do is
 * to keep an image. PID 1 replaces specifiers when a pod starts, so here they match anything. */

#include "declared-images.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <string.h>

#include "appc/image-reference.h"
#include "appc/json.h"
#include "appc/pod-manifest.h"
#include "base/file-util.h"
#include "base/string-util.h"
#include "podfile/resolve.h"
#include "generator/search.h"

typedef struct Declared {
    Store *store;
    char ***keys;
    Error *reterr;
} Declared;

/* A name that is not in the store, or that is ambiguous, keeps nothing. */
static int add_found(Declared *declared, int found, const char *key)
{
    if (found == -ENOENT || found == -ENOTUNIQ || found == -EINVAL)
        return 0;
    if (found < 0)
        return error_set_errno(declared->reterr, found, "cannot look for images in the store");
    return strv_contains(*declared->keys, key) ? 0 : strv_extend(declared->keys, key);
}

static int add_hash(Declared *declared, const char *hash)
{
    char key[IMAGE_KEY_LENGTH + 1];

    return add_found(declared, store_find_image(declared->store, hash, key, NULL), key);
}

static int add_name(Declared *declared, const char *name, const NameValueList *labels)
{
    char key[IMAGE_KEY_LENGTH + 1];

    return add_found(declared, store_find_image_by_name(declared->store, name, labels, key, NULL), key);
}

/* ----- Specifiers ----- */

/* The text as a shell pattern: "%%" is a percent sign, any other specifier matches anything. */
static char *specifiers_to_pattern(const char *text)
{
    char *pattern = strdup(text), *to = pattern;

    for (const char *from = text; pattern && *from; from++) {
        *to++ = *from != '%' || from[1] == '%' || from[1] == '\0' ? *from : '*';
        from += *from == '%' && from[1] != '\0';
    }
    if (pattern)
        *to = '\0';
    return pattern;
}

static bool matches(const StoreImage *image, const char *name, const char *version)
{
    const char *own = name_value_list_get(&image->labels, "version");

    return fnmatch(name, image->name, 0) == 0 && (!version || (own && fnmatch(version, own, 0) == 0));
}

static int add_matching(Declared *declared, const char *text)
{
    _cleanup_free_ char *name = specifiers_to_pattern(text);
    StoreImage **images = NULL;
    char *slash, *version;
    size_t n = 0;
    int r;

    if (!name)
        return -ENOMEM;
    name[strcspn(name, ",")] = '\0';
    slash = strrchr(name, '/');
    version = strchr(slash ? slash : name, ':');
    if (version)
        *version++ = '\0';
    r = store_list_images(declared->store, &images, &n, declared->reterr);
    for (size_t i = 0; r >= 0 && i < n; i++)
        if (matches(images[i], name, version))
            r = add_found(declared, 0, images[i]->key);
    store_images_free(images, n);
    return r;
}

/* ----- From the words of a pod file ----- */

/* Every start reads files and URLs again. */
static int add_reference(Declared *declared, const char *text)
{
    _cleanup_(image_reference_freep) ImageReference *reference = NULL;
    int r;

    if (strchr(text, '%'))
        return add_matching(declared, text);
    r = image_reference_parse(text, NULL, NULL, &reference, NULL);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    switch (reference->kind) {
    case IMAGE_REFERENCE_HASH: return add_hash(declared, reference->text);
    case IMAGE_REFERENCE_NAME: return add_name(declared, reference->name, &reference->labels);
    default: return 0;
    }
}

static int add_manifest(Declared *declared, const char *path)
{
    _cleanup_(pod_manifest_freep) PodManifest *manifest = NULL;
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r = read_file_at(AT_FDCWD, path, JSON_SIZE_MAX, &text, &size);

    if (r < 0)
        return r == -ENOENT || r == -EINVAL ? 0 : error_set_errno(declared->reterr, r, "%s", path);
    r = pod_manifest_parse(text, size, &manifest, NULL);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    for (size_t i = 0; r >= 0 && i < manifest->n_apps; i++) {
        const RuntimeApp *app = &manifest->apps[i];

        if (app->image.id)
            r = add_hash(declared, app->image.id);
        else if (app->image.name)
            r = add_name(declared, app->image.name, &app->image.labels);
    }
    return r;
}

static int add_manifests(Declared *declared, const char *text)
{
    _cleanup_free_ char *pattern = specifiers_to_pattern(text);
    glob_t paths = { 0 };
    int r = pattern ? glob(pattern, GLOB_NOCHECK, NULL, &paths) : GLOB_NOSPACE;

    if (r != 0)
        return r == GLOB_NOSPACE ? -ENOMEM : error_set_errno(declared->reterr, -EIO, "%s", text);
    for (size_t i = 0; r >= 0 && i < paths.gl_pathc; i++)
        r = add_manifest(declared, paths.gl_pathv[i]);
    globfree(&paths);
    return r;
}

static int add_entry(Declared *declared, const PodEntry *entry)
{
    if (entry->dropped || *entry->value == '\0')
        return 0;
    if (streq(entry->key, "PodManifest"))
        return add_manifests(declared, entry->value);
    if (streq(entry->key, "Image") || streq(entry->key, "Stage1Name") || streq(entry->key, "Stage1Hash"))
        return add_reference(declared, entry->value);
    return 0;
}

static int add_pod(Declared *declared, const Search *search, const SearchItem *item)
{
    _cleanup_pod_file_ PodFile file = { 0 };
    int r = search_load(search, item, &file, declared->reterr);

    if (r > 0)
        return 0;
    if (r >= 0 || r == -EINVAL)
        r = pod_file_resolve(&file, NULL);
    if (r < 0 && r != -EINVAL)
        return r;
    if (declared->reterr)
        error_done(declared->reterr);
    r = 0;
    for (size_t i = 0; i < file.n_sections; i++)
        for (size_t j = 0; r >= 0 && j < file.sections[i].n_entries; j++)
            r = add_entry(declared, &file.sections[i].entries[j]);
    return r;
}

int declared_images_find(Store *store, char ***keys, Error *reterr)
{
    _cleanup_search_ Search search = SEARCH_INIT;
    Declared declared = { .store = store, .keys = keys, .reterr = reterr };
    int r = search_scan(&search, "/", reterr);

    for (size_t i = 0; r >= 0 && i < search.pods.n; i++)
        r = add_pod(&declared, &search, &search.pods.items[i]);
    return r < 0 ? error_prefix(reterr, r, "cannot tell what images declared pods need, so none is removed")
                 : 0;
}
