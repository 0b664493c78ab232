/* SPDX-License-Identifier: Apache-2.0 */
/* The meaning of a word of the command line as an image: a hash, a file, a name, a URL, or a docker
 * reference. */
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
    char *text;           /* as given: the path, the URL, the hash (perhaps a prefix of one) */
    char *name;           /* NAME: ACIdentifier */
    NameValueList labels; /* NAME: as given, the part after the colon is the label "version" */
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

/* Tells the kinds apart in this order: URL with a scheme, hash, absolute path or existing file, with ':' a
 * name, with "./" a path, ending in .aci a path, else a name. is_file may be NULL: no file exists. -EINVAL:
 * "invalid image string". */
int image_reference_parse(const char *text, ImageReferenceFileTest is_file, void *userdata,
                          ImageReference **ret, Error *reterr);

/* For a kind that is already known (--stage1-name, --stage1-url, the Image= of a manifest …). */
int image_reference_parse_name(const char *text, ImageReference **ret, Error *reterr);
