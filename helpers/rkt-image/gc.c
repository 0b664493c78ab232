/* SPDX-License-Identifier: Apache-2.0 */
/* rkt image gc: removes trees to which no pod refers, then images that were not used for the grace period,
 * from which no pod was made, and on which no remaining image depends. Images that a declared pod names are
 * in use, even while the pod does not run. This is noted as a use, so that a pod file may be missing for a
 * moment. All of this happens under a lock, while no pod can be prepared. So a tree is only renamed then;
 * the sweep that follows takes the time. */

#include <stdio.h>

#include "base/log.h"
#include "base/string-util.h"
#include "base/time-util.h"
#include "declared-images.h"
#include "stage1/layout.h"
#include "pod/pod-status.h"
#include "rkt-image.h"

#define DEFAULT_GRACE_PERIOD "24h"

enum { OPT_GRACE_PERIOD = 1 };

static const Option options[] = {
    { "grace-period", OPTION_VALUE, OPT_GRACE_PERIOD, "DURATION", "how long an unused image or tree stays",
      DEFAULT_GRACE_PERIOD },
    {},
};

static int64_t arg_grace_period_ns = 24LL * 3600 * 1000000000;

static int take_option(int id, const char *value, Error *reterr)
{
    if (id == OPT_GRACE_PERIOD)
        return duration_option_parse("grace-period", value, &arg_grace_period_ns, reterr);
    return error_set(reterr, -EINVAL, "unexpected argument \"%s\"", value);
}

/* ----- Trees and images that pods refer to ----- */

typedef struct References {
    char **trees;
    char **images; /* of declared pods, and of pods whose trees are unknown */
    Error *reterr;
    int result; /* of the first such pod */
} References;

static int add_word(char ***words, const char *word)
{
    return strv_contains(*words, word) ? 0 : strv_extend(words, word);
}

/* A pod that is being removed may not have it any more. */
static int add_tree_of(const Pod *pod, const char *path, References *references, Error *reterr)
{
    _cleanup_free_ char *id = NULL;
    int r = read_one_line_at(pod->fd, path, &id);

    if (r == -ENOENT)
        return 0;
    if (r >= 0 && !store_tree_id_is_valid(id))
        r = -EBADMSG;
    if (r < 0)
        return error_set_errno(reterr, r, "cannot read \"%s\" of pod \"%s\"", path, pod->uuid);
    return add_word(&references->trees, id);
}

static int add_trees_of_apps(const Pod *pod, References *references, Error *reterr)
{
    _cleanup_closedir_ DIR *d = NULL;
    int result = directory_open(pod->fd, POD_APPSINFO, &d);
    struct dirent *entry;

    if (result == -ENOENT)
        return 0;
    if (result < 0)
        return error_set_errno(reterr, result, "cannot list the apps of pod \"%s\"", pod->uuid);
    while ((entry = readdir(d))) {
        char path[sizeof(POD_APPSINFO POD_APP_TREE_ID) + 2 + NAME_MAX];
        int r;

        (void) snprintf(path, sizeof(path), POD_APPSINFO "/%s/" POD_APP_TREE_ID, entry->d_name);
        r = entry->d_name[0] == '.' ? 0 : add_tree_of(pod, path, references, reterr);
        result = result < 0 ? result : r;
    }
    return result;
}

/* For a pod that does not name its trees: it has a directory for each tree that it has mounted, and its
 * manifest has the images. */
static int add_traces(const Pod *pod, References *references)
{
    _cleanup_(pod_status_freep) PodStatus *status = NULL;
    _cleanup_closedir_ DIR *d = NULL;
    struct dirent *entry;
    int r = 0;

    if (directory_open(pod->fd, POD_OVERLAY, &d) >= 0)
        while (r >= 0 && (entry = readdir(d)))
            r = store_tree_id_is_valid(entry->d_name) ? add_word(&references->trees, entry->d_name) : 0;
    if (r < 0 || pod_status_read(pod, POD_STATUS_MANIFEST, &status) < 0)
        return r;
    for (size_t i = 0; r >= 0 && i < status->n_apps; i++)
        r = add_word(&references->images, status->apps[i].image_id);
    return r;
}

/* A pod that cannot be read keeps everything that it may need, and is reported at the end. */
static int add_trees(Pod *pod, void *userdata)
{
    References *references = userdata;
    Error *reterr = references->result < 0 ? NULL : references->reterr;
    int r = add_tree_of(pod, POD_STAGE1_TREE_ID, references, reterr);

    if (r >= 0)
        r = add_trees_of_apps(pod, references, reterr);
    if (r >= 0 || r == -ENOMEM)
        return r;
    if (references->result >= 0)
        references->result = r;
    return add_traces(pod, references);
}

static int find_trees(References *references)
{
    _cleanup_close_ int root = -EBADF;
    int r = pod_root_open(image_global.dir, false, &root, references->reterr);

    if (r == -ENOENT) {
        error_done(references->reterr);
        return 0;
    }
    return r < 0 ? r : pod_foreach(root, POD_MASK_ALL, add_trees, references, references->reterr);
}

/* The tree of a declared pod's image also stays, so that the next start need not render it. */
static int find_declared(Store *store, References *references)
{
    _cleanup_strv_ char **keys = NULL;
    int r = declared_images_find(store, &keys, references->reterr);

    STRV_FOREACH (key, keys) {
        _cleanup_free_ char *id = NULL;

        if (r >= 0)
            r = add_word(&references->images, *key);
        if (r >= 0 && store_resolve_tree(store, *key, &id, NULL, NULL) >= 0)
            r = add_word(&references->trees, id);
        if (r >= 0)
            (void) store_touch_image(store, *key);
    }
    return r;
}

/* ----- Images that stay ----- */

/* The image and all images that it depends on; only the image itself if some of these are missing. */
static int keep_image(Store *store, const char *key, char ***kept)
{
    _cleanup_strv_ char **keys = NULL;
    int r = strv_contains(*kept, key) ? 0 : strv_extend(kept, key);

    if (r < 0 || store_resolve_tree(store, key, NULL, &keys, NULL) < 0)
        return r;
    STRV_FOREACH (layer, keys)
        if (r >= 0 && !strv_contains(*kept, *layer))
            r = strv_extend(kept, *layer);
    return r;
}

static int find_kept(Store *store, const References *references, StoreImage *const *images, size_t n,
                     char ***kept)
{
    int64_t now = now_ns();
    int r = 0;

    STRV_FOREACH (key, references->images)
        r = r < 0 ? r : keep_image(store, *key, kept);
    STRV_FOREACH (id, references->trees) {
        char key[IMAGE_KEY_LENGTH + 1];

        if (r >= 0 && store_read_tree_image(store, *id, key, NULL) >= 0)
            r = keep_image(store, key, kept);
    }
    for (size_t i = 0; r >= 0 && i < n; i++)
        if (now - images[i]->last_used_ns < arg_grace_period_ns)
            r = keep_image(store, images[i]->key, kept);
    return r;
}

/* ----- Removal ----- */

static void say_tree(const char *id)
{
    log_info("removed treestore \"%s\"", id);
}

static void say_left(const char *name, int r)
{
    log_warning("cannot remove \"%s\" from the store: %s", name, strerror(-r));
}

/* It is right that another process uses it, or has removed it. Files that members of group rkt put in the
 * way do not keep other images. */
static bool remove_image(Store *store, const char *key)
{
    _cleanup_error_ Error error = ERROR_INIT;
    int r = store_remove_image(store, key, &error);

    if (r == -EBUSY || r == -ENOENT)
        return false;
    if (r < 0)
        log_warning("%s", error_cause(&error) ? error_cause(&error) : strerror(-r));
    else
        image_say_removed(key);
    return r >= 0;
}

static int remove_images(Store *store, const References *references, Error *reterr)
{
    _cleanup_strv_ char **kept = NULL;
    StoreImage **images = NULL;
    unsigned removed = 0;
    size_t n = 0;
    int r = store_list_images(store, &images, &n, reterr);

    if (r >= 0)
        r = find_kept(store, references, images, n, &kept);
    for (size_t i = 0; r >= 0 && i < n; i++)
        removed += !strv_contains(kept, images[i]->key) && remove_image(store, images[i]->key);
    image_say_removed_count(removed);
    store_images_free(images, n);
    return r;
}

static int remove_unused(Store *store, Error *reterr)
{
    _cleanup_close_ int lock = store_lock_prepare(store, LOCK_KIND_EXCLUSIVE, false);
    References references = { .reterr = reterr };
    int r;

    if (lock == -EWOULDBLOCK) {
        log_info("waiting for pods that are being prepared");
        lock = store_lock_prepare(store, LOCK_KIND_EXCLUSIVE, true);
    }
    if (lock < 0)
        return error_set_errno(reterr, lock, "cannot take the lock for preparing pods");
    r = find_trees(&references);
    if (references.result < 0)
        references.reterr = reterr = NULL;
    if (r >= 0)
        r = find_declared(store, &references);
    if (r >= 0)
        r = store_discard_trees_but(store, references.trees, now_ns() - arg_grace_period_ns, say_tree,
                                    reterr);
    if (r >= 0)
        r = remove_images(store, &references, reterr);
    strv_free(references.trees);
    strv_free(references.images);
    return references.result < 0 ? references.result : r;
}

static int run(Error *reterr)
{
    _cleanup_(store_freep) Store *store = NULL;
    int r, q;

    if (geteuid() != 0)
        return error_set(reterr, -EPERM, "permission denied: cannot run as unprivileged user");
    r = store_open(image_global.dir, 0, &store, reterr);
    if (r == -ENOENT) {
        error_done(reterr);
        return 0;
    }
    if (r < 0)
        return r;
    r = remove_unused(store, reterr);
    q = store_sweep(store, say_left, r < 0 ? NULL : reterr);
    if (r >= 0)
        r = q;
    return r < 0 ? r : 0;
}

const Command image_gc = { .name = "image gc",
                           .label = "gc",
                           .arguments = "",
                           .summary = "Removes trees and images that are no longer used.",
                           .options = options,
                           .take = take_option,
                           .run = run };
