/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the store share: its names on disk, and its locks. For lib/store and rkt-unpack only. */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "appc/image-manifest.h"
#include "store/store.h"

struct Store {
    char *dir; /* absolute */
    int dir_fd, cas_fd;
};

/* Beneath <dir>. */
#define STORE_CAS "cas"
#define STORE_LOCKS "locks"
#define STORE_PREPARE_LOCK STORE_LOCKS "/prepareLock"

/* Beneath cas. */
#define STORE_BLOB "blob"
#define STORE_MANIFEST "imageManifest"
#define STORE_RECORD "imageInfo"
#define STORE_NAME "imageName"
#define STORE_IMAGE_LOCKS "imagelocks"
#define STORE_TMP "tmp"
#define STORE_TREE "tree"
#define STORE_TREE_LOCKS "treestorelocks"

/* Beneath a tree's directory. */
#define TREE_ROOTFS "rootfs"
#define TREE_MANIFEST "manifest"
#define TREE_HASH "hash"
#define TREE_IMAGE "image"
#define TREE_RENDERED "rendered"

/* What is being rendered or removed stands beside the trees with a name that no tree has. */
#define TREE_NEW_PREFIX ".new-"
#define TREE_OLD_PREFIX ".old-"

typedef char StorePath[NAME_MAX * 2];

/* <kind>/sha512/XX/<key> */
void store_object_path(const char *kind, const char *key, StorePath ret);
void store_record_path(const char *key, StorePath ret);

/* The directory of an image name's index. */
void store_name_path(const char *name, StorePath ret);

/* Makes the directories above a path beneath cas, shared by the group, durably. */
int store_make_parents(Store *store, const char *path);
int store_sync_directory(Store *store, const char *path);

/* Takes the lock of an image or a tree. The file may go away under its last holder, so who gets a lock looks
 * whether the name still means it. */
int store_lock_image(Store *store, const char *key, LockKind kind, bool wait);
/* What to say of an error of the above, which is -ETIMEDOUT where waiting was in vain. */
int store_complain_of_lock(const Store *store, const char *key, int r, Error *reterr);
int store_lock_tree(Store *store, const char *id, bool wait);
void store_drop_lock_file(Store *store, const char *directory, const char *name);

/* Puts an image into the index of names. What is below that belongs to the group, who may put links there:
 * not for root. */
int store_index_image(Store *store, const StoreImage *image);

/* Writes an image's record: from here on the image is there. The caller holds its lock. */
int store_write_record(Store *store, const StoreImage *image, Error *reterr);

/* Whether the image has a record, or may have one that can't be looked at. */
bool store_has_record(Store *store, const char *key);

/* One image of a tree, as the resolution found it. */
typedef struct StoreLayer {
    char key[IMAGE_KEY_LENGTH + 1];
    char *text; /* the manifest's bytes as they are in cas/imageManifest */
    size_t size;
    ImageManifest *manifest;
    size_t parent; /* the layer whose dependency this is; SIZE_MAX for the first */
} StoreLayer;

typedef struct StoreLayers {
    StoreLayer *items; /* what is above comes first */
    size_t n;
} StoreLayers;

/* Frees the items, not the struct itself. */
void store_layers_done(StoreLayers *layers);
#define _cleanup_layers_ _cleanup_(store_layers_done)

/* The image and all its dependencies in the order of store_resolve_tree(); ret has to be done with by the
 * caller. -ENOENT: one is not in the store. The id of the tree that they are. */
int store_resolve(Store *store, const char *key, StoreLayers *ret, Error *reterr);
void store_layers_tree_id(const StoreLayers *layers, char ret_id[static STORE_TREE_ID_LENGTH + 1]);

/* The directory cas/tree, for root: it must be root's, and nobody else's to write. */
int store_open_trees(Store *store, Error *reterr);
int store_sweep_trees(Store *store, Error *reterr);

/* Calls a function for each name in a directory (but "." and ".."), until it returns less than 0. */
typedef int (*StoreEntryFunction)(int dir, const char *name, void *userdata);
int store_for_each(int dir, const char *path, StoreEntryFunction function, void *userdata);
