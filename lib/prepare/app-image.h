/* SPDX-License-Identifier: Apache-2.0 */
/* The images that a pod is made of: found in the store, fetched by rkt-fetch when they are not there,
 * rendered, read. */
#pragma once

#include "appc/image-manifest.h"
#include "base/error.h"
#include "prepare/fetch.h"
#include "store/store.h"

typedef struct AppImage {
    char key[IMAGE_KEY_LENGTH + 1];
    char *tree_id;
    char *tree_path;     /* absolute, the directory with rootfs/ and manifest */
    char *manifest_text; /* as it stands in the tree */
    size_t manifest_size;
    ImageManifest *manifest;
    unsigned
            asked; /* the resources that the user asked for, as ISOLATOR_BIT(); others are the image's wish */
    bool bounded_filter; /* its system call filter is its own word, and nobody granted it more: image-rights.h
                          */
} AppImage;

/* Frees what the image holds, not the struct itself; app_images_free() those of an array, and the array. */
void app_image_done(AppImage *image);
void app_images_free(AppImage *images, size_t n);

/* The keys of what the texts mean as images: from the store as far as the policy allows; what is missing then
 * is fetched, all at once. */
int images_find_or_fetch(Store *store, const FetchOptions *options, WantedImage *images, size_t n,
                         PullPolicy policy, Error *reterr);

/* Renders the tree of image->key, if it is not there yet, and reads its manifest. */
int app_image_load(Store *store, AppImage *image, Error *reterr);
