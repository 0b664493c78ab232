/* SPDX-License-Identifier: Apache-2.0 */
/* The tree grows as .new-<id> in cas/tree, which nobody but root can enter, under the tree's lock. The child
 * in the cage gets the blobs' descriptors and the empty rootfs; what it says comes back through a pipe and is
 * a stranger's word: a hash, a size, a line of text. Then the tree is marked and synced, and one rename makes
 * it count. */

#include "render.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/printable.h"
#include "base/string-util.h"
#include "cage.h"
#include "store-internal.h"
#include "tree-hash.h"
#include "unpack.h"

/* What the child in the cage answers. */
typedef struct Report {
    uint64_t size;
    char hash[TREE_HASH_LENGTH + 1];
} Report;

_Static_assert(sizeof(Report) <= (size_t) CAGE_ANSWER_MAX, "fits into a cage's answer");
_Static_assert((int) STORE_DEPENDENCIES_MAX <= (int) CAGE_KEEP_MAX, "a cage keeps them");

typedef struct Blobs {
    int fds[STORE_DEPENDENCIES_MAX];
    int locks[STORE_DEPENDENCIES_MAX];
    size_t n;
} Blobs;

static void blobs_done(Blobs *blobs)
{
    for (size_t i = 0; i < blobs->n; i++) {
        safe_close(blobs->fds[i]);
        safe_close(blobs->locks[i]);
    }
    blobs->n = 0;
}

/* The locks keep the images from being removed meanwhile. */
static int open_blobs(Store *store, const StoreLayers *layers, Blobs *blobs, Error *reterr)
{
    for (size_t i = 0; i < layers->n; i++) {
        const char *key = layers->items[i].key;

        blobs->fds[i] = blobs->locks[i] = -EBADF;
        blobs->n = i + 1;
        blobs->locks[i] = store_lock_image(store, key, LOCK_KIND_SHARED, true);
        if (blobs->locks[i] < 0)
            return store_complain_of_lock(store, key, blobs->locks[i], reterr);
        blobs->fds[i] = store_open_image(store, key, reterr);
        if (blobs->fds[i] < 0)
            return blobs->fds[i];
    }
    return 0;
}

/* ----- In the cage ----- */

static int unpack_layers(int root, const StoreLayers *layers, const Blobs *blobs, Report *report,
                         Error *reterr)
{
    _cleanup_(unpacker_freep) Unpacker *unpacker = NULL;
    int r;

    r = unpacker_new(root, layers, &unpacker, reterr);
    for (size_t i = layers->n; r >= 0 && i-- > 0;) {
        r = unpacker_add_layer(unpacker, i, blobs->fds[i], reterr);
        if (r < 0)
            (void) error_prefix(reterr, r, "cannot unpack image %s", layers->items[i].key);
    }
    if (r >= 0)
        r = unpacker_finish(unpacker, reterr);
    return r < 0 ? r : tree_hash(root, report->hash, &report->size, reterr);
}

typedef struct Work {
    const StoreLayers *layers;
    const Blobs *blobs;
} Work;

static int work(int root, void *answer, void *userdata, Error *reterr)
{
    const Work *w = userdata;

    return unpack_layers(root, w->layers, w->blobs, answer, reterr);
}

/* ----- Outside ----- */

static int unpack_in_cage(int rootfs, const StoreLayers *layers, const Blobs *blobs, Report *ret,
                          Error *reterr)
{
    Work userdata = { layers, blobs };
    const Cage cage = {
        .worker = "the unpacker",
        .work_name = "unpacking",
        .tree = rootfs,
        .keep = blobs->fds,
        .n_keep = blobs->n,
        .capabilities = 1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER |
                        1ULL << CAP_FSETID | 1ULL << CAP_SETFCAP | 1ULL << CAP_MKNOD,
        .work = work,
        .userdata = &userdata,
        .answer_size = sizeof(*ret),
    };
    int r = cage_run(&cage, ret, reterr);

    if (r < 0)
        return r;
    ret->hash[sizeof(ret->hash) - 1] = '\0';
    string_sanitize(ret->hash, "");
    return 0;
}

static int make_directory(int dir, const char *name, mode_t mode)
{
    _cleanup_close_ int fd = -EBADF;

    if (mkdirat(dir, name, 0700) < 0)
        return -errno;
    fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fchown(fd, 0, 0) < 0 || fchmod(fd, mode) < 0)
        return -errno;
    return TAKE_FD(fd);
}

static int write_marks(int tree, const StoreLayer *top, const Report *report)
{
    _cleanup_free_ char *hash = NULL;
    int r;

    if (asprintf(&hash, "%s\n", report->hash) < 0)
        return -ENOMEM;
    r = write_file_at(tree, TREE_MANIFEST, top->text, top->size, 0644, 0);
    if (r >= 0)
        r = write_file_at(tree, TREE_IMAGE, top->key, strlen(top->key), 0644, 0);
    if (r >= 0)
        r = write_file_at(tree, TREE_HASH, hash, strlen(hash), 0644, 0);
    if (r >= 0)
        r = write_file_at(tree, TREE_RENDERED, "", 0, 0644, 0);
    return r;
}

static int render_into(int trees, const char *new, const StoreLayers *layers, const Blobs *blobs, Report *ret,
                       Error *reterr)
{
    _cleanup_close_ int tree = -EBADF, rootfs = -EBADF;
    int r;

    tree = make_directory(trees, new, 0755);
    rootfs = tree < 0 ? tree : make_directory(tree, TREE_ROOTFS, 0755);
    if (rootfs < 0)
        return error_set_errno(reterr, rootfs, "cannot make a directory for the tree");
    r = unpack_in_cage(rootfs, layers, blobs, ret, reterr);
    if (r < 0)
        return r;
    r = write_marks(tree, &layers->items[0], ret);
    if (r >= 0 && syncfs(tree) < 0)
        r = -errno;
    return r < 0 ? error_set_errno(reterr, r, "cannot complete the tree") : 0;
}

static int render_under_lock(Store *store, const char *id, const StoreLayers *layers, Report *ret,
                             Error *reterr)
{
    _cleanup_close_ int trees = store_open_trees(store, reterr);
    _cleanup_(blobs_done) Blobs blobs = {};
    StorePath new;
    int r;

    if (trees < 0)
        return trees;
    r = open_blobs(store, layers, &blobs, reterr);
    if (r < 0)
        return r;
    (void) snprintf(new, sizeof(new), TREE_NEW_PREFIX "%s", id);
    r = remove_tree_at(trees, new);
    /* A directory of that name without its mark is nothing that we made whole. */
    if (r >= 0)
        r = remove_tree_at(trees, id);
    if (r < 0)
        return error_set_errno(reterr, r, "cannot remove what was left of an earlier rendering");
    r = render_into(trees, new, layers, &blobs, ret, reterr);
    if (r < 0) {
        (void) remove_tree_at(trees, new);
        return r;
    }
    if (renameat(trees, new, trees, id) < 0 || fsync(trees) < 0)
        return error_set_errno(reterr, -errno, "cannot put the tree in its place");
    return 0;
}

/* For lists only, so a failure is nobody's business. */
static void note_tree_size(Store *store, const char *key, uint64_t size)
{
    _cleanup_close_ int lock = store_lock_image(store, key, LOCK_KIND_EXCLUSIVE, false);
    _cleanup_(store_image_freep) StoreImage *image = NULL;

    if (lock < 0 || store_read_image(store, key, &image, NULL) < 0)
        return;
    image->tree_size = size;
    (void) store_write_record(store, image, NULL);
}

int store_render_tree(Store *store, const char *key, Error *reterr)
{
    _cleanup_close_ int lock = -EBADF, tree = -EBADF;
    _cleanup_layers_ StoreLayers layers = {};
    char id[STORE_TREE_ID_LENGTH + 1];
    Report report;
    int r;

    r = store_resolve(store, key, &layers, reterr);
    if (r < 0)
        return r;
    store_layers_tree_id(&layers, id);
    lock = store_lock_tree(store, id, true);
    if (lock < 0)
        return error_set_errno(reterr, lock, "cannot lock tree \"%s\"", id);
    tree = store_open_tree(store, id, NULL);
    if (tree >= 0)
        return 0;
    if (tree != -ENOENT)
        return store_open_tree(store, id, reterr);
    r = render_under_lock(store, id, &layers, &report, reterr);
    if (r >= 0)
        note_tree_size(store, key, report.size);
    return r;
}
