/* SPDX-License-Identifier: Apache-2.0 */
/* The tree grows as .new-<id> in cas/tree, which nobody but root can enter, under the tree's lock. Each image
 * goes through a pipe into a cage whose root is the tree's rootfs; what passes is hashed on this side. What
 * the cages say is a stranger's word, so the tree's hash and size are taken when they are gone. Then the tree
 * is marked and synced, and one rename makes it count. */

#include "render.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tar-reader.h"
#include "base/string-util.h"
#include "digest.h"
#include "layer-description.h"
#include "sandbox/cage.h"
#include "store-internal.h"
#include "tree-hash.h"
#include "unpack.h"

#define BYTES_SLACK (16ULL << 20)
enum { INODES_SLACK = 1 << 20 };

/* Of a tree. */
typedef struct Report {
    uint64_t size;
    char hash[TREE_HASH_LENGTH + 1];
} Report;

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

/* ----- One image ----- */

typedef struct Feed {
    int blob;
    uint64_t left;
    KeyDigest digest;
} Feed;

static ssize_t give_blob(void *buffer, size_t size, void *userdata, Error *reterr)
{
    Feed *feed = userdata;
    ssize_t n = read_full(feed->blob, buffer, feed->left < size ? (size_t) feed->left : size);

    if (n < 0)
        return error_set_errno(reterr, (int) n, "cannot read it");
    key_digest_add(&feed->digest, buffer, (size_t) n);
    feed->left -= (uint64_t) n;
    return n;
}

/* What the cage did not want to read counts, too. */
static int check_hash(Feed *feed, const char *expected, Error *reterr)
{
    enum { BUFFER = 128 * 1024 };
    _cleanup_free_ uint8_t *buffer = malloc(BUFFER);
    char key[IMAGE_KEY_LENGTH + 1];
    ssize_t n = buffer ? 1 : -ENOMEM;

    while (n > 0)
        n = give_blob(buffer, BUFFER, feed, reterr);
    if (n < 0)
        return (int) n;
    key_digest_finish(&feed->digest, key);
    return streq(key, expected)
                   ? 0
                   : error_set(reterr, -EBADMSG, "the stored image was changed: its hash is now %s", key);
}

/* No file of an image takes fewer bytes than its header; directories that it has no entries for are made
 * beside. What others do with the same file system meanwhile must not count as its own. */
static void set_quota(CageOptions *options, uint64_t blob_size)
{
    uint64_t entries = blob_size / 512 < TAR_ENTRIES_MAX ? blob_size / 512 : TAR_ENTRIES_MAX;

    options->file_size = TAR_SIZE_MAX;
    options->bytes = blob_size + BYTES_SLACK;
    options->inodes = entries * (1 + TAR_IMPLIED_PER_ENTRY) + TAR_IMPLIED_MAX + INODES_SLACK;
}

static int unpack_in_cage(int rootfs, const StoreLayers *layers, size_t layer, Feed *feed, Error *reterr)
{
    const CageStreams streams = { .give = give_blob, .userdata = feed };
    _cleanup_(cage_freep) Cage *cage = NULL;
    _cleanup_free_ char *description = NULL;
    CageOptions options = {
        CAGE_OPTIONS_INIT,
        .work = "unpack",
        .worker = "the unpacker",
        .doing = "unpacking",
        .apart = true,
        .writable = true,
        .capabilities = 1ULL << CAP_CHOWN | 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_FOWNER |
                        1ULL << CAP_FSETID | 1ULL << CAP_SETFCAP | 1ULL << CAP_MKNOD,
    };
    int r = layer_describe(layers, layer, &description, &options.argument_size);

    if (r < 0)
        return r;
    options.root = rootfs;
    options.argument = description;
    set_quota(&options, feed->left);
    r = cage_start(&options, &cage, reterr);
    return r < 0 ? r : cage_run(cage, &streams, reterr);
}

/* A cage for each image: what one makes of its bytes has no part in reading another's. */
static int unpack_image(int rootfs, const StoreLayers *layers, size_t layer, int blob, Error *reterr)
{
    Feed feed = { .blob = blob };
    struct stat st;
    int r;

    if (fstat(blob, &st) < 0)
        return -errno;
    feed.left = (uint64_t) st.st_size;
    key_digest_init(&feed.digest);
    r = unpack_in_cage(rootfs, layers, layer, &feed, reterr);
    return r < 0 ? r : check_hash(&feed, layers->items[layer].key, reterr);
}

static int unpack_images(int rootfs, const StoreLayers *layers, const Blobs *blobs, Error *reterr)
{
    for (size_t i = layers->n; i-- > 0;) {
        int r = unpack_image(rootfs, layers, i, blobs->fds[i], reterr);

        if (r < 0)
            return error_prefix(reterr, r, "cannot unpack image %s", layers->items[i].key);
    }
    return 0;
}

/* ----- The tree ----- */

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
    r = unpack_images(rootfs, layers, blobs, reterr);
    if (r >= 0)
        r = tree_hash(rootfs, ret->hash, &ret->size, reterr);
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
