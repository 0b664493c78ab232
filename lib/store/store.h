/* SPDX-License-Identifier: Apache-2.0 */
/* The content-addressed store below <dir>/cas: images (blobs, their manifests and what is known of them) and
 * rendered trees. Plain files under locks; Documentation/store.md is the letter. Bringing bytes in is
 * store/import.h, turning them into a tree is the program rkt-unpack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "appc/name-value.h"
#include "appc/types.h"
#include "base/error.h"
#include "base/file-util.h"

enum { STORE_MANIFEST_SIZE_MAX = 4 * 1024 * 1024, STORE_DEPENDENCIES_MAX = 128 };

/* A tree's id: "deps-" and the key of its images' keys, joined by commas. */
#define STORE_TREE_ID_PREFIX "deps-"
enum { STORE_TREE_ID_LENGTH = sizeof(STORE_TREE_ID_PREFIX) - 1 + IMAGE_KEY_LENGTH };

/* Whether it has an id's form; the tree need not exist. */
bool store_tree_id_is_valid(const char *id);

typedef struct Store Store;

typedef enum StoreOpenFlags {
    STORE_OPEN_CREATE =
            1 << 0, /* make what is missing; as root with the owners and modes of tmpfiles.d/rkt.conf */
    STORE_OPEN_READ = 1 << 1, /* change nothing; else root sets wrong owners and modes right */
} StoreOpenFlags;

/* Opens the store beneath dir (made absolute). -ENOENT when there is none yet and it is not to be created. */
int store_open(const char *dir, StoreOpenFlags flags, Store **ret, Error *reterr);
void store_free(Store *store);
DEFINE_CLEANUP_FUNC(Store *, store_free)

/* The data directory, absolute. Owned by the store. */
const char *store_dir(const Store *store);

/* locks/prepareLock, of root alone: shared while a pod is prepared, exclusive for image gc. Returns the
 * descriptor that holds it. */
int store_lock_prepare(Store *store, LockKind kind, bool wait);

/* ----- Images ----- */

/* What is known of an image without opening its manifest. */
typedef struct StoreImage {
    char key[IMAGE_KEY_LENGTH + 1];
    char *name;
    NameValueList labels; /* version, os, arch, … as in the manifest */
    int64_t import_time_ns, last_used_ns;
    uint64_t size;      /* of the blob */
    uint64_t tree_size; /* of its rendered tree; 0: not rendered */
    bool latest;        /* fetched without naming a version */
} StoreImage;

/* NULL is fine. */
void store_image_free(StoreImage *image);
DEFINE_CLEANUP_FUNC(StoreImage *, store_image_free)

/* Completes an image ID ("sha512-" and at least two hex digits): -ENOENT "no image IDs found", -EINVAL "image
 * ID too short" or no image ID at all, -ENOTUNIQ "ambiguous image ID". */
int store_find_image(Store *store, const char *id, char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);

/* Finds by name and labels, each of which must match; NULL: none. Where os or arch is not asked for, an image
 * that says it must say this machine's. Without a version what was fetched as the latest wins, then the
 * newest import. -ENOENT when none matches. */
int store_find_image_by_name(Store *store, const char *name, const NameValueList *labels,
                             char ret_key[static IMAGE_KEY_LENGTH + 1], Error *reterr);

/* Blobs without a record: the images of an original's store before they are taken in, which is importing them
 * again from their blobs. Whether there is such a store; one of its images by its ID, with the results of
 * store_find_image(); how many there are. */
bool store_is_original(Store *store);
int store_find_unrecorded(Store *store, const char *id, char ret_key[static IMAGE_KEY_LENGTH + 1],
                          Error *reterr);
size_t store_count_unrecorded(Store *store);

/* The rest takes whole keys, as the look-ups give them. -ENOENT: the image is not there (any more). */
int store_read_image(Store *store, const char *key, StoreImage **ret, Error *reterr);
int store_read_image_manifest(Store *store, const char *key, char **ret, size_t *ret_size, Error *reterr);

/* The blob, read-only. Its bytes are not verified: a member of group rkt may have changed it since it came
 * in. */
int store_open_image(Store *store, const char *key, Error *reterr);

/* Notes that the image was used now. One system call, no lock. */
int store_touch_image(Store *store, const char *key);

/* All images, in no order. An image whose record can't be read is left out. */
int store_list_images(Store *store, StoreImage ***ret, size_t *ret_n, Error *reterr);
void store_images_free(StoreImage **images, size_t n);

/* Removes the image; its trees stay. -EBUSY while it is being imported or rendered. */
int store_remove_image(Store *store, const char *key, Error *reterr);

/* Hears what could not be removed of what members of group rkt can write, and why. */
typedef void (*StoreLeftFunction)(const char *name, int r);

/* Removes what a killed import or removal left, whatever members of group rkt put in the place of files and
 * directories, and (root) the trees that were discarded. Waits for nothing: what is locked is in use. An
 * error is about the trees. */
int store_sweep(Store *store, StoreLeftFunction on_left, Error *reterr);

/* ----- Trees: for root ----- */

/* The keys of the image and of all its dependencies: the image first, then downwards, what is above hides
 * what is below. ret_id is the id of their tree. Either may be NULL. -ENOENT when a dependency is not in the
 * store. */
int store_resolve_tree(Store *store, const char *key, char **ret_id, char ***ret_keys, Error *reterr);

/* The tree of an image, rendered when it is not there yet by /usr/lib/rkt/rkt-unpack; *ret_id is its id,
 * *ret_path (may be NULL) the absolute path of the directory with rootfs/ and manifest. Costs no exec when
 * the tree is there. */
int store_ensure_tree(Store *store, const char *key, char **ret_id, char **ret_path, Error *reterr);

/* The absolute path of a tree's directory, whether it is there or not. NULL: out of memory. */
char *store_tree_path(const Store *store, const char *id);

/* Opens the directory of a rendered tree (O_PATH is not set). -ENOENT: not rendered. */
int store_open_tree(Store *store, const char *id, Error *reterr);

/* The image manifest in a tree: written by root from a blob whose hash was right. This is the one to trust.
 */
int store_read_tree_manifest(Store *store, const char *id, char **ret, size_t *ret_size, Error *reterr);

/* The image that a tree was rendered from. */
int store_read_tree_image(Store *store, const char *id, char ret_key[static IMAGE_KEY_LENGTH + 1],
                          Error *reterr);

/* Takes every tree that is not in keep, and was not rendered after that time (since the epoch), out of sight,
 * one rename each; its files go with the next sweep. What is being rendered stays. on_discarded hears each
 * id. Goes on after an error and returns the first. The caller knows that no pod refers to them
 * (store_lock_prepare()). */
int store_discard_trees_but(Store *store, char *const *keep, int64_t rendered_after_ns,
                            void (*on_discarded)(const char *id), Error *reterr);
