/* SPDX-License-Identifier: Apache-2.0 */
/* Links to directories are not followed, so that a walk ends. A link to a key's file is. */

#include "keystore.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/fd-util.h"
#include "base/file-util.h"
#include "base/log.h"
#include "base/name.h"
#include "base/string-util.h"

enum { DEPTH_MAX = 64, DIRECTORIES_MAX = 4096 };

struct Keystore {
    char *paths[_KEY_LAYER_MAX];
    int fds[_KEY_LAYER_MAX]; /* -EBADF: it is missing */
};

void keystore_free(Keystore *keystore)
{
    if (!keystore)
        return;
    for (size_t i = 0; i < _KEY_LAYER_MAX; i++) {
        safe_close(keystore->fds[i]);
        free(keystore->paths[i]);
    }
    free(keystore);
}

int keystore_open(const char *system, const char *local, Keystore **ret, Error *reterr)
{
    const char *const layers[] = { [KEY_LAYER_SYSTEM] = system, [KEY_LAYER_LOCAL] = local };
    _cleanup_(keystore_freep) Keystore *keystore = malloc(sizeof(*keystore));

    if (!keystore)
        return -ENOMEM;
    *keystore = (Keystore){ .fds = { -EBADF, -EBADF } };
    for (size_t i = 0; i < _KEY_LAYER_MAX; i++) {
        if (asprintf(&keystore->paths[i], "%s/trustedkeys", layers[i]) < 0) {
            keystore->paths[i] = NULL;
            return -ENOMEM;
        }
        keystore->fds[i] = open(keystore->paths[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (keystore->fds[i] < 0 && errno != ENOENT)
            return error_set_errno(reterr, -errno, "cannot open \"%s\"", keystore->paths[i]);
    }
    *ret = TAKE_PTR(keystore);
    return 0;
}

bool fingerprint_is_valid(const char *s)
{
    return strlen(s) == FINGERPRINT_HEX && strspn(s, "0123456789abcdef") == FINGERPRINT_HEX;
}

/* ----- Listing ----- */

typedef struct Walk {
    const Keystore *keystore;
    KeyLayer layer;
    TrustedKeys *keys;
    unsigned directories;
} Walk;

void trusted_keys_done(TrustedKeys *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        free(keys->items[i].prefix);
        free(keys->items[i].path);
    }
    free(keys->items);
    *keys = (TrustedKeys){};
}

/* "root.d", or "prefix.d/PREFIX", beneath a layer. */
static char *place_of(const char *prefix)
{
    char *place;

    return asprintf(&place, "%s%s", *prefix ? "prefix.d/" : "root.d", prefix) < 0 ? NULL : place;
}

static int add_key(Walk *walk, const char *place, const char *prefix, const char *name, off_t size,
                   Error *reterr)
{
    TrustedKey *key;

    if (walk->keys->n >= KEYSTORE_KEYS_MAX)
        return error_set(reterr, -E2BIG, "there are more than %d trusted keys", KEYSTORE_KEYS_MAX);
    key = ARRAY_APPEND(walk->keys->items, walk->keys->n);
    if (!key)
        return -ENOMEM;
    key->layer = walk->layer;
    key->withdraws = size == 0;
    memcpy(key->fingerprint, name, sizeof(key->fingerprint));
    key->prefix = strdup(prefix);
    if (asprintf(&key->path, "%s/%s/%s", walk->keystore->paths[walk->layer], place, name) < 0)
        key->path = NULL;
    return key->prefix && key->path ? 0 : -ENOMEM;
}

static int walk_prefix(Walk *walk, const char *prefix, unsigned depth, Error *reterr);

static int take_entry(Walk *walk, int dir, const char *place, const char *prefix, const char *name,
                      unsigned depth, Error *reterr)
{
    _cleanup_free_ char *below = NULL;
    struct stat st;

    if (*name == '.' || fstatat(dir, name, &st, 0) < 0)
        return 0;
    if (S_ISREG(st.st_mode) && fingerprint_is_valid(name) && !streq(place, "prefix.d"))
        return add_key(walk, place, prefix, name, st.st_size, reterr);
    if (!S_ISDIR(st.st_mode) || streq(place, "root.d")) {
        log_debug("%s/%s/%s is ignored: it is not a key of a prefix, named by its fingerprint",
                  walk->keystore->paths[walk->layer], place, name);
        return 0;
    }
    if (asprintf(&below, "%s%s%s", prefix, *prefix ? "/" : "", name) < 0) {
        below = NULL;
        return -ENOMEM;
    }
    return walk_prefix(walk, below, depth + 1, reterr);
}

static int walk_place(Walk *walk, const char *place, const char *prefix, unsigned depth, Error *reterr)
{
    _cleanup_closedir_ DIR *dir = NULL;
    struct dirent *entry;
    int r = directory_open(walk->keystore->fds[walk->layer], place, &dir);

    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read \"%s/%s\"", walk->keystore->paths[walk->layer], place);
    if (depth > DEPTH_MAX || ++walk->directories > DIRECTORIES_MAX)
        return error_set(reterr, -E2BIG, "\"%s\" has too many directories",
                         walk->keystore->paths[walk->layer]);
    while (r >= 0 && (errno = 0, entry = readdir(dir)))
        r = take_entry(walk, dirfd(dir), place, prefix, entry->d_name, depth, reterr);
    return r < 0 ? r : -errno;
}

static int walk_prefix(Walk *walk, const char *prefix, unsigned depth, Error *reterr)
{
    _cleanup_free_ char *place = NULL;

    if (*prefix)
        place = place_of(prefix);
    else
        place = strdup("prefix.d");
    return place ? walk_place(walk, place, prefix, depth, reterr) : -ENOMEM;
}

/* By prefix: what stands above comes before what stands below it. */
static int compare_keys(const void *a, const void *b)
{
    const TrustedKey *x = a, *y = b;
    int c = strcmp(x->prefix, y->prefix);

    if (c == 0)
        c = strcmp(x->fingerprint, y->fingerprint);
    return c ? c : (int) x->layer - (int) y->layer;
}

int keystore_list(const Keystore *keystore, TrustedKeys *ret, Error *reterr)
{
    _cleanup_trusted_keys_ TrustedKeys keys = {};
    int r = 0;

    for (KeyLayer layer = 0; r >= 0 && layer < _KEY_LAYER_MAX; layer++) {
        Walk walk = { keystore, layer, &keys, 0 };

        if (keystore->fds[layer] < 0)
            continue;
        r = walk_place(&walk, "root.d", "", 0, reterr);
        if (r >= 0)
            r = walk_prefix(&walk, "", 0, reterr);
    }
    if (r < 0)
        return r;
    if (keys.n > 0)
        qsort(keys.items, keys.n, sizeof(*keys.items), compare_keys);
    *ret = TAKE_STRUCT(keys);
    return 0;
}

/* ----- What applies ----- */

static bool prefix_covers(const char *prefix, const char *image)
{
    const char *behind = startswith(image, prefix);

    return *prefix == '\0' || (behind && (*behind == '\0' || *behind == '/'));
}

static void withdraw(const TrustedKey **keys, size_t *n, const char *fingerprint)
{
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++)
        if (!streq(keys[i]->fingerprint, fingerprint))
            keys[kept++] = keys[i];
    *n = kept;
}

void trusted_keys_for(const TrustedKeys *keys, const char *image, const TrustedKey **ret, size_t *ret_n)
{
    size_t n = 0;

    for (size_t i = 0; i < keys->n; i++) {
        const TrustedKey *key = &keys->items[i];

        if (!prefix_covers(key->prefix, image))
            continue;
        withdraw(ret, &n, key->fingerprint);
        if (!key->withdraws)
            ret[n++] = key;
    }
    *ret_n = n;
}

bool trusted_key_is_replaced(const TrustedKeys *keys, size_t i)
{
    const TrustedKey *key = &keys->items[i], *next = i + 1 < keys->n ? key + 1 : NULL;

    return next && streq(next->prefix, key->prefix) && streq(next->fingerprint, key->fingerprint);
}

int keystore_read(const Keystore *keystore, const TrustedKey *key, char **ret, size_t *ret_size,
                  Error *reterr)
{
    const char *path = key->path + strlen(keystore->paths[key->layer]) + 1;
    int r = read_file_at(keystore->fds[key->layer], path, OPENPGP_SIZE_MAX, ret, ret_size);

    return r < 0 ? error_set_errno(reterr, r, "cannot read it") : 0;
}

/* ----- Changing ----- */

static int open_local(Keystore *keystore, Error *reterr)
{
    const char *path = keystore->paths[KEY_LAYER_LOCAL];

    if (keystore->fds[KEY_LAYER_LOCAL] >= 0)
        return 0;
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return error_set_errno(reterr, -errno, "cannot make \"%s\"", path);
    keystore->fds[KEY_LAYER_LOCAL] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return keystore->fds[KEY_LAYER_LOCAL] < 0 ? error_set_errno(reterr, -errno, "cannot open \"%s\"", path)
                                              : 0;
}

static int write_key(Keystore *keystore, const char *place, const char *fingerprint, const void *data,
                     size_t size, Error *reterr)
{
    _cleanup_free_ char *name = NULL;
    int r = open_local(keystore, reterr);

    if (r < 0)
        return r;
    if (asprintf(&name, "%s/%s", place, fingerprint) < 0) {
        name = NULL;
        return -ENOMEM;
    }
    r = mkdir_parents_at(keystore->fds[KEY_LAYER_LOCAL], place, 0755);
    if (r >= 0)
        r = write_file_at(keystore->fds[KEY_LAYER_LOCAL], name, data, size, 0644, WRITE_SYNC);
    return r < 0 ? error_set_errno(reterr, r, "cannot write \"%s/%s\"", keystore->paths[KEY_LAYER_LOCAL],
                                   name)
                 : 0;
}

int keystore_add(Keystore *keystore, const char *prefix, const char *fingerprint, const void *data,
                 size_t size, char **ret_path, Error *reterr)
{
    _cleanup_free_ char *place = place_of(prefix);
    int r;

    if (!place)
        return -ENOMEM;
    if ((*prefix && !image_name_is_valid(prefix)) || !fingerprint_is_valid(fingerprint) || size == 0)
        return -EINVAL;
    r = write_key(keystore, place, fingerprint, data, size, reterr);
    if (r < 0)
        return r;
    return asprintf(ret_path, "%s/%s/%s", keystore->paths[KEY_LAYER_LOCAL], place, fingerprint) < 0 ? -ENOMEM
                                                                                                    : 0;
}

int keystore_remove(Keystore *keystore, const char *prefix, const char *fingerprint, bool *ret_withdrawn,
                    Error *reterr)
{
    _cleanup_free_ char *place = place_of(prefix), *name = NULL;
    struct stat st;

    if (!place || asprintf(&name, "%s/%s", place, fingerprint) < 0) {
        name = NULL;
        return -ENOMEM;
    }
    *ret_withdrawn = keystore->fds[KEY_LAYER_SYSTEM] >= 0 &&
                     fstatat(keystore->fds[KEY_LAYER_SYSTEM], name, &st, 0) >= 0;
    if (*ret_withdrawn)
        return write_key(keystore, place, fingerprint, "", 0, reterr);
    if (unlinkat(keystore->fds[KEY_LAYER_LOCAL], name, 0) < 0)
        return error_set_errno(reterr, -errno, "cannot remove \"%s/%s\"", keystore->paths[KEY_LAYER_LOCAL],
                               name);
    return 0;
}
