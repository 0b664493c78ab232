/* SPDX-License-Identifier: Apache-2.0 */
/* The image manifest: contents and command of an image (appc specification, "Image Manifest Schema"). */
#pragma once

#include "appc/app.h"
#include "appc/name-value.h"

typedef struct Dependency {
    char *image_name; /* ACIdentifier */
    char *image_id;   /* sha512-…, or NULL */
    NameValueList labels;
    uint64_t size; /* bytes of the image; 0: not given */
} Dependency;

typedef struct ImageManifest {
    char *ac_version;
    char *name; /* ACIdentifier */
    NameValueList labels;
    App *app; /* NULL: nothing to run */
    NameValueList annotations;
    Dependency *dependencies;
    size_t n_dependencies;
    char **path_whitelist; /* NULL: everything */
} ImageManifest;

/* NULL is fine. */
void image_manifest_free(ImageManifest *manifest);
DEFINE_CLEANUP_FUNC(ImageManifest *, image_manifest_free)

/* Reads and checks a manifest of at most JSON_SIZE_MAX bytes. */
int image_manifest_parse(const void *data, size_t size, ImageManifest **ret, Error *reterr);
/* The manifest as JSON text, which the caller frees; pretty: with newlines and indentation. 0 or -ENOMEM. */
int image_manifest_format(const ImageManifest *manifest, bool pretty, char **ret);

/* Removes the fields that refer to other images, as for an image that contains all files itself. */
void image_manifest_make_whole(ImageManifest *manifest);
