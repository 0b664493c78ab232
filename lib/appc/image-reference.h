/* SPDX-License-Identifier: Apache-2.0 */
/* What a word of the command line means as an image: a hash, a file, a name, a URL, or docker's. */
#pragma once

#include "appc/name-value.h"

typedef enum ImageReferenceKind {
    IMAGE_REFERENCE_HASH,
    IMAGE_REFERENCE_PATH,
    IMAGE_REFERENCE_NAME,
    IMAGE_REFERENCE_URL, /* file, http, https; ends in .aci */
    IMAGE_REFERENCE_DOCKER,
    _IMAGE_REFERENCE_KIND_MAX,
    _IMAGE_REFERENCE_KIND_INVALID = -EINVAL,
} ImageReferenceKind;

typedef struct ImageReference {
    ImageReferenceKind kind;
    char *text;           /* as it was given: the path, the URL, the hash (perhaps a prefix of one) */
    char *name;           /* NAME: ACIdentifier */
    NameValueList labels; /* NAME: as given, "version" for what stands behind the colon */
    struct {              /* DOCKER: defaults filled in */
        char *registry;   /* "registry-1.docker.io" */
        char *repository; /* "library/busybox" */
        char *tag;        /* "latest"; NULL with a digest */
        char *digest;     /* "sha256:…" or NULL */
    } docker;
} ImageReference;

/* NULL is fine. */
void image_reference_free(ImageReference *reference);
DEFINE_CLEANUP_FUNC(ImageReference *, image_reference_free)

/* Whether a path is an existing regular file. */
typedef bool (*ImageReferenceFileTest)(const char *path, void *userdata);

/* Tells the kinds apart in the order: URL with a scheme, hash, absolute path or existing file, with ':' a
 * name, with "./" a path, ending in .aci a path, else a name. is_file may be NULL: no file exists. "invalid
 * image string" is -EINVAL. */
int image_reference_parse(const char *text, ImageReferenceFileTest is_file, void *userdata,
                          ImageReference **ret, Error *reterr);

/* One kind known beforehand (--stage1-name, --stage1-url, the Image= of a manifest …). */
int image_reference_parse_name(const char *text, ImageReference **ret, Error *reterr);
